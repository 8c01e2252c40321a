import { pack } from 'tar-stream'

/** A tar archive with one world-readable file of root's. `path` has no leading slash. */
export async function singleFileArchive(path: string, content: string): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: path, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }, content)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
