import { useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { labelOf } from "../../forms/fields";
import { t } from "../../texts";
import { type Engine, placeLink, useEngine } from "./engine";
import { grouped, type Place } from "./shape";

/** Everything that an engine or an auth method can do, as the API describes it. */
export default function Overview() {
  const mount = useParam("mount");
  const isAuth = mount.startsWith("auth/");
  return (
    <>
      <PageHead title={mount} intro={t("engine.intro")} crumbs={[isAuth ? { text: t("auth.title"), to: "/auth" } : { text: t("secrets.title"), to: "/secrets" }]} />
      <Loaded of={useEngine()}>{(engine) => <Groups engine={engine} />}</Loaded>
    </>
  );
}

function Groups({ engine }: { engine: Engine }) {
  // Entries are reached from their names, where these can be listed.
  const listed = new Set(engine.places.map(({ entry }) => entry));
  const shown = engine.places.filter((place) => !listed.has(place));
  if (shown.length === 0) return <Empty title={t("engine.nothing")} />;
  return (
    <div className="grid">
      {grouped(shown).map(([name, places]) => (
        <section key={name} className="card stack">
          <h2>{labelOf(name.replace(/[{}]/g, ""))}</h2>
          <ul className="plain">
            {places.map((place) => (
              <Entry key={place.below} mount={engine.mount} place={place} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Entry({ mount, place }: { mount: string; place: Place }) {
  const { get, post, delete: removed } = place.item;
  return (
    <li>
      <Anchor to={placeLink(mount, place)} className="code">
        {place.below}
      </Anchor>
      <p className="description">{(get ?? post ?? removed)?.summary ?? place.item.description}</p>
    </li>
  );
}
