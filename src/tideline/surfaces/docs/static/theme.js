// Before anything is drawn: the theme that was chosen here before. Without a choice the system decides.
try {
  const chosen = localStorage.getItem("tideline-docs-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // storage may be forbidden; then the system decides
}
