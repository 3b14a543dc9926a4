import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";

export default function Home() {
  return <PageHead title={t("home.title")} />;
}
