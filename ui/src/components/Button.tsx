import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps, Link as AriaLink, Tooltip, TooltipTrigger } from "react-aria-components";
import { type Need, useMay, useMayTyped } from "../api/capabilities";
import { useNavigate } from "../app/location";
import "./Button.css";

interface Common {
  children: ReactNode;
  look?: "plain" | "primary" | "danger" | "quiet";
  icon?: ReactNode;
  /** What the user has to be allowed; a button for what he may not do isn't there. */
  needs?: Need | readonly Need[];
}

function needsOf(needs: Common["needs"]): readonly Need[] {
  return needs === undefined ? [] : typeof needs === "string" ? [needs] : needs;
}

export function Button({ children, look = "plain", icon, needs, ...rest }: Common & Omit<ButtonProps, "children" | "className">) {
  const wanted = needsOf(needs);
  const ask = rest.type === "submit" ? useMayTyped : useMay;
  if (!ask(...wanted)) return null;
  return (
    <AriaButton {...rest} className={`button button-${look}`} data-needs={wanted.join("\n") || undefined}>
      {icon}
      <span>{children}</span>
    </AriaButton>
  );
}

/** A button that shows only a picture; its name is read out, and shown where a pointer or the focus rests. */
export function IconButton({ children, label, needs, ...rest }: Common & { label: string } & Omit<ButtonProps, "children" | "className">) {
  const wanted = needsOf(needs);
  if (!useMay(...wanted)) return null;
  return (
    <TooltipTrigger delay={400}>
      <AriaButton {...rest} aria-label={label} className="button button-icon" data-needs={wanted.join("\n") || undefined}>
        {children}
      </AriaButton>
      <Tooltip className="tooltip">{label}</Tooltip>
    </TooltipTrigger>
  );
}

/** A link to another page that looks like a button. */
export function LinkButton({ children, look = "plain", icon, needs, to }: Common & { to: string }) {
  const wanted = needsOf(needs);
  if (!useMay(...wanted)) return null;
  return (
    <Anchor to={to} className={`button button-${look}`} data-needs={wanted.join("\n") || undefined}>
      {icon}
      <span>{children}</span>
    </Anchor>
  );
}

/** A link to a page of this interface; opens in a new tab as every link does. */
export function Anchor({ to, children, ...rest }: { to: string; children: ReactNode; className?: string; "data-needs"?: string | undefined; "aria-current"?: "page" | undefined }) {
  const navigate = useNavigate();
  return (
    <AriaLink
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </AriaLink>
  );
}
