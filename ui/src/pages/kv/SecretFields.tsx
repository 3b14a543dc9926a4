import type { Fields } from "../../api/client";
import { Secret } from "../../components/Secret";
import { shown } from "./values";
import "./kv.css";

/** The fields of a secret by name, each masked until it is revealed. */
export function SecretFields({ fields }: { fields: Fields }) {
  return (
    <dl className="facts values">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name} className="fact">
          <dt className="code">{name}</dt>
          <dd>
            <Secret value={shown(value)} name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
