// What axe-core finds on this page, by all of its rules or by these.
async (rules) => {
  const how = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { ...how, resultTypes: ["violations"] });
  const reasons = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message).join("; ");
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => ({ impact, sentence: `${id}: ${node.html.slice(0, 160)} (${reasons(node).slice(0, 200)})` })),
  );
}
