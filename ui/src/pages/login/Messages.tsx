import { useQuery } from "@tanstack/react-query";
import { data, type Listing } from "../../api/client";
import { type Announcement, Announcements } from "../../components/Announcements";

/** What a namespace's administrators tell everybody before login. */
export function Messages({ namespace }: { namespace: string }) {
  const found = useQuery({
    queryKey: ["messages", namespace],
    queryFn: ({ signal }) => data<Listing<Announcement>>("GET", "sys/internal/ui/unauthenticated-messages", { token: "", namespace, signal }),
    retry: false,
  });
  return <Announcements of={found.data?.key_info ?? {}} />;
}
