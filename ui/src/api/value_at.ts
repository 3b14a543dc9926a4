/** What an object has under a name that comes from elsewhere; not what every object has, such as `constructor`. */
export function valueAt<T>(of: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return of && Object.hasOwn(of, name) ? of[name] : undefined;
}
