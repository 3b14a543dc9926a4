import { ChevronDown, ChevronRight, Folder as FolderIcon, KeyRound } from "lucide-react";
import { useState } from "react";
import { useList } from "../../api/hooks";
import { Anchor, Button, IconButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { t } from "../../texts";
import { Unlisted } from "./Unlisted";
import { folderLink, folderPath, secretLink, type Store } from "./store";

const STEP = 200;

interface Props {
  store: Store;
  folder: string;
}

/** A folder with the folders in it, which open where they are. */
export function Tree(props: Props) {
  return (
    <nav className="tree" aria-label={t("kv.view_tree")}>
      <Branch {...props} />
    </nav>
  );
}

function Branch({ store, folder }: Props) {
  const names = useList(folderPath(store, folder));
  const [most, setMost] = useState(STEP);
  if (names.error?.kind === "denied" && !names.data) return <Unlisted error={names.error} store={store} folder={folder} />;
  return (
    <Loaded of={names}>
      {({ keys }) => (
        <>
          {keys.length === 0 && <Empty title={t("kv.empty_folder")} />}
          <ul>
            {keys.slice(0, most).map((name) => (
              <li key={name}>{name.endsWith("/") ? <Twig store={store} folder={folder + name} name={name} /> : <Leaf store={store} path={folder + name} name={name} />}</li>
            ))}
          </ul>
          {keys.length > most && <Button look="quiet" onPress={() => setMost(most + STEP)}>{`${t("common.show_more")} (${keys.length - most})`}</Button>}
        </>
      )}
    </Loaded>
  );
}

function Twig({ store, folder, name }: Props & { name: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <span className="row">
        <IconButton label={t(isOpen ? "kv.fold" : "kv.unfold", { name })} aria-expanded={isOpen} onPress={() => setIsOpen(!isOpen)}>
          {isOpen ? <ChevronDown aria-hidden size={16} /> : <ChevronRight aria-hidden size={16} />}
        </IconButton>
        <FolderIcon aria-hidden size={16} />
        <Anchor to={folderLink(store, folder, "tree")}>{name}</Anchor>
      </span>
      {isOpen && <Branch store={store} folder={folder} />}
    </>
  );
}

function Leaf({ store, path, name }: { store: Store; path: string; name: string }) {
  return (
    <span className="row leaf">
      <KeyRound aria-hidden size={16} />
      <Anchor to={secretLink(store, path)}>{name}</Anchor>
    </span>
  );
}
