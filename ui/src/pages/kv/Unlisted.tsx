import type { ApiError } from "../../api/errors";
import { useRead } from "../../api/hooks";
import type { Reach } from "../../api/reach";
import { Anchor } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { t } from "../../texts";
import { namedIn } from "./named";
import { folderLink, secretLink, type Store } from "./store";

/** A folder that can't be listed: what it holds may be readable all the same, and the policies may say where that is. */
export function Unlisted({ error, store, folder }: { error: ApiError; store: Store; folder: string }) {
  const reach = useRead<Reach>("sys/internal/ui/resultant-acl");
  const named = reach.data ? namedIn(reach.data, store, folder) : [];
  return (
    <>
      {named.length > 0 && (
        <section className="card stack">
          <h2>{t("kv.named")}</h2>
          <ul>
            {named.map((name) => (
              <li key={name}>
                <Anchor to={name.endsWith("/") ? folderLink(store, folder + name) : secretLink(store, folder + name)}>{name}</Anchor>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Failure error={error} />
      <p className="description">{t("kv.jump_unlisted")}</p>
    </>
  );
}
