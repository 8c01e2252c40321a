import type { AxiosInstance, CreateAxiosDefaults } from 'axios'

/**
 * An HTTP client that is made when the first request wants it. The library is a quarter of what would otherwise be read
 * before the window is there (PERF-5).
 */
export function lazyClient(defaults: CreateAxiosDefaults): () => Promise<AxiosInstance> {
  let client: Promise<AxiosInstance> | null = null
  return () => {
    client ??= import('axios').then(({ default: axios }) => axios.create(defaults))
    return client
  }
}
