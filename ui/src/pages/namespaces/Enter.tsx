import { useNavigate } from "../../app/location";
import { enterNamespace } from "../../app/unsaved";
import { Button } from "../../components/Button";
import { t } from "../../texts";

/** Has pages work in another namespace. */
export function Enter({ path, look = "plain" }: { path: string; look?: "plain" | "primary" | "quiet" }) {
  const navigate = useNavigate();
  const enter = () => enterNamespace(path, () => navigate("/"));
  return (
    <Button look={look} onPress={enter} aria-label={t("namespaces.enter_name", { name: path || t("app.root_namespace") })}>
      {t("namespaces.enter")}
    </Button>
  );
}
