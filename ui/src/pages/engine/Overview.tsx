import { useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { labelOf } from "../../forms/fields";
import { t, textOr } from "../../texts";
import { partsOfMount, settingsLink, tunePath } from "../mounts/table";
import type { Mount } from "../secrets/Mounts";
import { type Engine, placeLink, useEngine } from "./engine";
import { grouped, type Place, subjectOf } from "./shape";
import { useTouched } from "./touched";
import "./engine.css";

/** Everything that the user may do with an engine or an auth method, as the API describes it. */
export default function Overview() {
  const mount = useParam("mount");
  const about = useRead<Mount>(`sys/internal/ui/mounts/${mount}`);
  const { table, path } = partsOfMount(mount);
  return (
    <>
      <PageHead title={mount} intro={<About mount={about.data} />} crumbs={[table === "auth" ? { text: t("auth.title"), to: "/auth" } : { text: t("secrets.title"), to: "/secrets" }]}>
        <LinkButton to={settingsLink(table, path)} needs={`read ${tunePath(table, path)}`}>
          {t("mounts.settings")}
        </LinkButton>
      </PageHead>
      <Loaded of={useEngine()}>{(engine) => <Groups key={engine.mount} engine={engine} />}</Loaded>
    </>
  );
}

function About({ mount }: { mount: Mount | undefined }) {
  return (
    <>
      {mount && <span className="badge">{mount.type}</span>} {mount?.description || t("engine.intro")}
    </>
  );
}

function Groups({ engine }: { engine: Engine }) {
  const touched = useTouched(engine.mount, engine.places);
  return (
    <Loaded of={touched}>
      {(places) => {
        // Entries are reached from their names, where these can be listed.
        const listed = new Set(places.filter(({ role }) => role === "collection").map(({ entry }) => entry));
        const shown = places.filter((place) => !listed.has(place));
        if (shown.length === 0) return <Empty title={t("engine.nothing")} />;
        return (
          <div className="place-groups">
            {grouped(shown).map(([name, within]) => (
              <section key={name} className="card stack">
                <h2>{wordsFor(name)}</h2>
                <ul className="places">
                  {within.map((place) => (
                    <Entry key={place.below} mount={engine.mount} place={place} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

function Entry({ mount, place }: { mount: string; place: Place }) {
  const { get, post, delete: removed } = place.item;
  return (
    <li>
      <Anchor to={placeLink(mount, place)}>{wordsFor(subjectOf(place.below))}</Anchor>
      <span className="code">{place.below}</span>
      <p className="description">
        <Prose text={(get ?? post ?? removed)?.summary ?? place.item.description ?? ""} />
      </p>
    </li>
  );
}

/** A part of a path in words. */
export function wordsFor(part: string): string {
  const bare = part.replace(/[{}]/g, "");
  return textOr(`engine.word_${bare.replaceAll("-", "_")}`, labelOf(bare.replaceAll("-", "_")));
}
