// What the pages do beyond being read: search, tabs of code, copying, the theme.
import { CodeTabs, offerCopies } from "./code.js";
import { SiteSearch } from "./search.js";
import { ThemeSwitch } from "./switch.js";

customElements.define("code-tabs", CodeTabs);
customElements.define("site-search", SiteSearch);
customElements.define("theme-switch", ThemeSwitch);
offerCopies(document);
