// Shows the served contract and calls this very server. Nothing is fetched from anywhere else.
const VERBS = ["get", "put", "post", "patch", "delete"];

function sayWhatIsNotBuilt(contract) {
  for (const item of Object.values(contract.paths)) {
    for (const operation of VERBS.map((verb) => item[verb]).filter(Boolean)) {
      if (operation["x-not-built"]) operation.summary = `${operation.summary} (not built yet)`;
    }
  }
  return contract;
}

const answer = await fetch(new URL("../integrations/api/openapi.json", document.baseURI));

window.SwaggerUIBundle({
  spec: sayWhatIsNotBuilt(await answer.json()),
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
  showExtensions: false,
  defaultModelsExpandDepth: 0,
});
