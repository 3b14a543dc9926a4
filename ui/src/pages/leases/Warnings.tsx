/** What the server warns of, though it did what it was asked. */
export function Warnings({ of }: { of: readonly string[] | null | undefined }) {
  if (!of || of.length === 0) return null;
  return (
    <ul className="notice notice-warn stack" role="status">
      {of.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
