// Renders one chart and prints the peak of this process's memory, in KiB.
import { formatRendered, loadChart, renderChart } from '@plumbline/renderers/helm'
import { localTree } from '@plumbline/sources/local'

const rendered = renderChart(await loadChart(localTree(process.argv[2] ?? ''), ''), { releaseName: 'r', namespace: 'default', skipSchemaValidation: true })
if (formatRendered(rendered).length === 0) process.exitCode = 1
console.log(process.resourceUsage().maxRSS)
