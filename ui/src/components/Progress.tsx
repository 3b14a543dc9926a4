import { Label, ProgressBar } from "react-aria-components";
import "./Progress.css";

interface Props {
  label: string;
  value: number;
  /** 0 where nobody knows how much there will be. */
  most: number;
  /** How far it is, in words; `value / most` if it isn't given. */
  text?: string;
}

/** How far something is: as a bar, and in words. */
export function Progress({ label, value, most, text }: Props) {
  return (
    <ProgressBar value={value} maxValue={most || 1} isIndeterminate={most === 0} valueLabel={text ?? `${value} / ${most}`} className="progress">
      {({ percentage }) => (
        <>
          <Label>{label}</Label>
          <span>{text ?? `${value} / ${most}`}</span>
          {most > 0 && (
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden>
              <rect width="100" height="4" className="progress-back" />
              <rect width={percentage ?? 0} height="4" className="progress-done" />
            </svg>
          )}
        </>
      )}
    </ProgressBar>
  );
}
