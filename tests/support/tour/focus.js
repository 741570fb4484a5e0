// Controls on which one does not see that they have the focus: nothing of them or right around them looks different.
() => {
  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor", "textDecorationLine"];
  const look = (one) => {
    const seen = [];
    for (let around = one, n = 0; around && n < 4; around = around.parentElement, n++) {
      for (const pseudo of [null, "::before", "::after"]) {
        const style = getComputedStyle(around, pseudo);
        seen.push(...LOOKS.map((name) => style[name]));
      }
    }
    return seen.join("|");
  };
  const root = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  const controls = root.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
  const wrong = [];
  document.activeElement?.blur();
  for (const one of controls) {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    const before = look(one);
    one.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== one) continue;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const hasRing = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    if (!hasRing && look(one) === before) wrong.push(`no visible focus: ${one.outerHTML.slice(0, 120)}`);
    one.blur();
  }
  return wrong;
}
