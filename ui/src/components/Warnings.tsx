/** What the server remarked on something that it did. */
export function Warnings({ of }: { of: readonly string[] | null | undefined }) {
  if (!of?.length) return null;
  return (
    <div role="status" className="notice notice-warn">
      <div>
        {of.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </div>
  );
}
