// Run in CI: npx tsx examples/pull-request-preview/main.ts APPLICATION_FILE...
//   CLONE (default .), BASE, HEAD; COMMENTS_URL and TOKEN post the text, without them it is printed.
import { postComment, previewText } from './preview.ts'

const { CLONE = '.', BASE = 'origin/main', HEAD = 'HEAD', COMMENTS_URL, TOKEN } = process.env
const text = await previewText(process.argv.slice(2), CLONE, BASE, HEAD)
if (COMMENTS_URL === undefined || TOKEN === undefined) console.log(text)
else await postComment({ url: COMMENTS_URL, token: TOKEN }, text)
