import { Info } from "lucide-react";
import { useRead } from "../../api/hooks";
import type { Listing } from "../../api/client";
import { textOfBase64 } from "../../api/base64";
import { Failure } from "../../components/Failure";

interface Message {
  title: string;
  /** In base64. */
  message: string;
  link: Record<string, string> | null;
}

/** What the namespace's administrators tell everybody who is logged in. */
export function News() {
  const found = useRead<Partial<Listing<Message>>>("sys/internal/ui/authenticated-messages");
  if (found.error) return <Failure error={found.error} />;
  return Object.entries(found.data?.key_info ?? {}).map(([id, each]) => (
    <section key={id} className="notice">
      <Info aria-hidden size={20} />
      <div>
        <h2>{each.title}</h2>
        <p>{textOfBase64(each.message)}</p>
        {Object.entries(each.link ?? {}).map(([title, url]) => (
          <a key={url} href={url} rel="noreferrer noopener" target="_blank">
            {title}
          </a>
        ))}
      </div>
    </section>
  ));
}
