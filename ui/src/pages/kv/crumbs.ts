import { foldersOf, nameOf } from "../../api/paths";
import { t } from "../../texts";
import { folderLink, type Store } from "./store";

/** The way to a path of a store. */
export function crumbsOf(store: Pick<Store, "mount">, path: string) {
  const top = { text: t("secrets.title"), to: "/secrets" };
  if (path === "") return [top];
  return [top, { text: store.mount, to: folderLink(store) }, ...foldersOf(path).map((folder) => ({ text: nameOf(folder), to: folderLink(store, folder) }))];
}
