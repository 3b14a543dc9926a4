import { Info } from "lucide-react";
import { textOfBase64 } from "../api/base64";

/** What a namespace's administrators tell everybody. */
export interface Announcement {
  title: string;
  /** In base64. */
  message: string;
  /** Addresses by their titles. */
  link: Record<string, string> | null;
}

/** Announcements by their ids; of their links those that lead to a page or to somebody's mail. */
export function Announcements({ of }: { of: Record<string, Announcement> }) {
  return Object.entries(of).map(([id, { title, message, link }]) => (
    <section key={id} className="notice">
      <Info aria-hidden size={20} />
      <div>
        <h2>{title}</h2>
        <p>{textOfBase64(message)}</p>
        {linksIn(link).map(([text, url]) => (
          <a key={url} href={url} rel="noreferrer noopener" target="_blank">
            {text}
          </a>
        ))}
      </div>
    </section>
  ));
}

/** The links that can do no more than to lead somewhere (pure): who writes announcements may not run scripts. */
export function linksIn(link: Announcement["link"]): [title: string, url: string][] {
  return Object.entries(link ?? {}).filter(([, url]) => /^(https?:\/\/|mailto:|\/)/i.test(url));
}
