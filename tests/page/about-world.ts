import type { ShippedPackage } from '#shared/contract/about.ts'

/** A few of those that ship. */
export function shippedPackages(): ShippedPackage[] {
  const packages: readonly (readonly [string, string, string, boolean])[] = [
    ['@fontsource-variable/inter', '5.3.0', 'OFL-1.1', true],
    ['@kubernetes/client-node', '2.0.1', 'Apache-2.0', true],
    ['@mantine/core', '9.7.3', 'MIT', true],
    ['electron', '45.4.1', 'MIT', true],
    ['graphql', '16.15.0', 'MIT', true],
    ['react', '19.3.1', 'MIT', true],
    ['stream-buffers', '3.0.3', 'Unlicense', false],
    ['zod', '4.6.7', 'MIT', true],
  ]
  return packages.map(([name, version, licence, hasText]) => ({ name, version, licence, hasText }))
}

export const LICENCE_TEXT = `MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it without
restriction, on the conditions of this licence.`
