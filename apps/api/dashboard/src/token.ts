/** The api's bearer token, kept for as long as the browser's tab: nobody finds it on the disk tomorrow. */
const KEY = "tallyman-token";

export function storedToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function storeToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
