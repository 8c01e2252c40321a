export function seedDemo(_parts: unknown, _now: number): void {}
