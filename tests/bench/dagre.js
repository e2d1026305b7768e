// Lays out the graph on stdin with dagre: `node dagre.js PACKAGE_FOLDER`; says where the lines run and what it took.
// Lines run from centre to centre: dagre cuts them off at the nodes' edges, and two that cross beneath a node still do.
const dagre = require(process.argv[2]);
const input = JSON.parse(require("fs").readFileSync(0));
const graph = new dagre.graphlib.Graph({ multigraph: true });
graph.setGraph({ nodesep: 28, edgesep: 14, ranksep: 34 });
graph.setDefaultEdgeLabel(() => ({}));
input.nodes.forEach(([width, height], i) => graph.setNode(String(i), { width, height }));
input.edges.forEach(([a, b], i) => graph.setEdge(String(a), String(b), {}, String(i)));
const before = process.cpuUsage();
dagre.layout(graph);
const used = process.cpuUsage(before);
const centre = (i) => [graph.node(String(i)).x, graph.node(String(i)).y];
const lines = input.edges.map(([a, b], i) => {
  const points = graph.edge({ v: String(a), w: String(b), name: String(i) }).points.map((p) => [p.x, p.y]);
  return [centre(a), ...points.slice(1, -1), centre(b)];
});
console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6, lines }));
