import { Download as Icon } from "lucide-react";
import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { t } from "../../texts";

/** The name under which OpenSSH looks for a certificate: that of the key, with `-cert.pub` (pure). */
export function fileName(certificate: string): string {
  const type = certificate.split(" ")[0] ?? "";
  const kind = type.includes("ed25519") ? "ed25519" : type.includes("ecdsa") ? "ecdsa" : "rsa";
  return type.startsWith("sk-") ? `id_${kind}_sk` : `id_${kind}`;
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text.endsWith("\n") ? text : `${text}\n`], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

/** The certificate, and the key if one was made, as files that OpenSSH finds. */
export function Download({ fields }: { fields: Fields }) {
  const certificate = typeof fields["signed_key"] === "string" ? fields["signed_key"] : "";
  const key = typeof fields["private_key"] === "string" ? fields["private_key"] : "";
  const name = fileName(certificate);
  return (
    <section className="card stack">
      <h2>{t("ssh.files")}</h2>
      <p>{t("ssh.files_text", { name })}</p>
      <div className="row">
        <Button icon={<Icon aria-hidden size={16} />} onPress={() => save(`${name}-cert.pub`, certificate)}>{`${name}-cert.pub`}</Button>
        {key && <Button icon={<Icon aria-hidden size={16} />} onPress={() => save(name, key)}>{name}</Button>}
      </div>
      <pre className="code">{`ssh -i ${name} ${t("ssh.user_and_host")}`}</pre>
    </section>
  );
}
