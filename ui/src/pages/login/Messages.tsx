import { useQuery } from "@tanstack/react-query";
import { Info } from "lucide-react";
import { data, type Listing } from "../../api/client";
import { textOfBase64 } from "../../api/base64";

interface Message {
  title: string;
  /** In base64. */
  message: string;
  type: "banner" | "modal";
  link: Record<string, string> | null;
}

/** What a namespace's administrators tell everybody before login. */
export function Messages({ namespace }: { namespace: string }) {
  const found = useQuery({
    queryKey: ["messages", namespace],
    queryFn: ({ signal }) => data<Listing<Message>>("GET", "sys/internal/ui/unauthenticated-messages", { token: "", namespace, signal }),
    retry: false,
  });
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
