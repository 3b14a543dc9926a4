import { CircleUser } from "lucide-react";
import { useEffect, useState } from "react";
import { Button as AriaButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Separator } from "react-aria-components";
import { useRead, useSession } from "../api/hooks";
import { session } from "../api/session";
import { t } from "../texts";
import { ListPopover } from "../components/ListPopover";
import { duration } from "../components/time";
import { useNavigate } from "./location";
import { setTheme, type Theme, useTheme } from "./theme";
import { ifMayEnd } from "./unsaved";

/** What `auth/token/lookup-self` says of the session's token. */
export interface Self {
  display_name: string;
  policies: string[];
  identity_policies?: string[];
  entity_id: string;
  ttl: number;
  explicit_max_ttl: number;
  renewable: boolean;
  type: string;
  path: string;
  accessor: string;
  num_uses: number;
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Who is logged in and for how long, and the way out. */
export function UserMenu() {
  const { token } = useSession();
  const [isLimited, setIsLimited] = useState(false);
  // What can be used a few times only isn't used up by asking about it.
  const self = useRead<Self>("auth/token/lookup-self", { enabled: token !== "" && !isLimited, namespace: "", ...(!isLimited && { every: 60_000 }) });
  useEffect(() => setIsLimited((self.data?.num_uses ?? 0) > 0), [self.data?.num_uses]);
  const theme = useTheme();
  const navigate = useNavigate();
  const chosen = (key: string) => {
    if (key === "logout") ifMayEnd(() => session.end());
    else if (key === "lock") session.interrupt("idle");
    else if (key === "me") navigate("/me");
    else setTheme(key as Theme);
  };
  return (
    <MenuTrigger>
      <AriaButton className="button button-quiet" aria-label={[self.data?.display_name, t("app.user_menu")].filter(Boolean).join(", ")}>
        <CircleUser aria-hidden size={20} />
        <span className="secondary">{self.data?.display_name}</span>
      </AriaButton>
      <ListPopover>
        <Menu className="options" onAction={(key) => chosen(String(key))}>
          <MenuSection>
            <Header className="description">
              {self.data && (self.data.ttl > 0 ? t("app.ends_in", { time: duration(self.data.ttl) }) : t("app.never_ends"))}
            </Header>
            <MenuItem className="option" id="me">
              {t("app.me")}
            </MenuItem>
          </MenuSection>
          <Separator />
          <MenuSection>
            <Header className="description">{t("app.theme")}</Header>
            {THEMES.map((each) => (
              <MenuItem key={each} className="option" id={each} textValue={t(`app.theme_${each}`)}>
                {theme === each ? "✓ " : ""}
                {t(`app.theme_${each}`)}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator />
          <MenuItem className="option" id="lock">
            {t("app.lock")}
          </MenuItem>
          <MenuItem className="option" id="logout">
            {t("app.logout")}
          </MenuItem>
        </Menu>
      </ListPopover>
    </MenuTrigger>
  );
}
