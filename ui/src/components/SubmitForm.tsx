import type { FormHTMLAttributes, Ref } from "react";

interface Props extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit"> {
  onSubmit: () => void;
  ref?: Ref<HTMLFormElement>;
}

/** A form that its page acts on: the browser itself sends nothing anywhere. */
export function SubmitForm({ onSubmit, className = "card stack", ...rest }: Props) {
  return (
    <form
      {...rest}
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        // That of a dialog comes up from there, too.
        if (event.target === event.currentTarget) onSubmit();
      }}
    />
  );
}
