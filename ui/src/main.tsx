import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { KEEPS_DIGITS } from "./api/json";
import { App } from "./app/App";
import { followBookmarks, followNamespaces } from "./app/place";
import { watchReturns } from "./app/returning";
import { applyTheme } from "./app/theme";
import { reloadAfterUpgrades } from "./app/upgrades";
import { t } from "./texts";
import "./style/tokens.css";
import "./style/base.css";

applyTheme();
const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");
reloadAfterUpgrades();
watchReturns();
followBookmarks();
followNamespaces();
// A browser that would round the numbers of a secret which it saves gets none to see.
createRoot(root).render(<StrictMode>{KEEPS_DIGITS ? <App /> : <p role="alert">{t("app.old_browser")}</p>}</StrictMode>);
