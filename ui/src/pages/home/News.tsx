import type { Listing } from "../../api/client";
import { useRead } from "../../api/hooks";
import { type Announcement, Announcements } from "../../components/Announcements";
import { Failure } from "../../components/Failure";

/** What the namespace's administrators tell everybody who is logged in. */
export function News() {
  const found = useRead<Partial<Listing<Announcement>>>("sys/internal/ui/authenticated-messages");
  if (found.error) return <Failure error={found.error} />;
  return <Announcements of={found.data?.key_info ?? {}} />;
}
