/**
 * Lint rules for the files that Espruino runs: each refuses one thing that Espruino's interpreter
 * lacks or does otherwise, and says which. `subset.json` names the files and holds the other half of
 * the guard, the library of ES5 for the type check, which refuses most of what is missing at run
 * time. The compiler could rewrite some of it; a construct refused here costs neither helpers nor
 * surprises on the board.
 */

/** Rule, selector of what it refuses, what Espruino lacks. */
const LACKS: [rule: string, selector: string, lack: string][] = [
  ["no-destructuring", "ObjectPattern, ArrayPattern", "has no destructuring"],
  ["no-default-parameter", "AssignmentPattern", "has no default values of parameters"],
  ["no-rest-or-spread", "RestElement, SpreadElement", "has neither rest nor spread"],
  ["no-optional-chaining", "ChainExpression", "has no `?.`"],
  [
    "no-exponent",
    'BinaryExpression[operator="**"], AssignmentExpression[operator="**="]',
    "has no `**`: use Math.pow",
  ],
  [
    "no-logical-assignment",
    "AssignmentExpression[operator=/^(&&|[|][|]|[?][?])=$/]",
    "has no `&&=`, `||=` or `??=`",
  ],
  [
    "no-async",
    "[async=true], AwaitExpression, ForOfStatement[await=true]",
    "has no async or await: use then",
  ],
  ["no-generator", "[generator=true], YieldExpression", "has no generators"],
  ["no-label", "LabeledStatement", "has no labels"],
  ["no-private-name", "PrivateIdentifier", "has no `#private` names"],
  ["no-bigint", 'Literal[bigint], Identifier[name="BigInt"]', "has no BigInt"],
  [
    "no-computed-key",
    "Property[computed=true]",
    "has no computed keys: assign after making the object",
  ],
  [
    "no-bare-field",
    "PropertyDefinition[value=null]:not([declare=true])",
    "has no class fields without a value",
  ],
  [
    "no-case-after-default",
    "SwitchCase[test=null] ~ SwitchCase",
    "never reaches a case after default: put default last",
  ],
  [
    "no-closure-in-loop",
    ":is(ForStatement, ForInStatement, ForOfStatement, WhileStatement, DoWhileStatement) " +
    ":is(FunctionExpression, FunctionDeclaration, ArrowFunctionExpression)",
    "has one `let` for all turns of a loop, which a closure then shares",
  ],
  [
    "no-missing-class",
    "Identifier[name=/^(Map|Set|WeakMap|WeakSet|Symbol|Proxy|Reflect|WeakRef)$/]",
    "has no Map, Set, Symbol, Proxy or Reflect",
  ],
  [
    "no-text-coder",
    "Identifier[name=/^Text(En|De)coder$/]",
    "has neither TextEncoder nor TextDecoder",
  ],
  [
    "no-error-subclass",
    "Identifier[name=/^(Range|Eval|URI|Aggregate)Error$|^TypeError$/]",
    "has no RangeError or TypeError: throw an Error",
  ],
  [
    "no-number-static",
    'MemberExpression[object.name="Number"][property.name=/^(is|parse|EPSILON|MAX_SAFE|MIN_SAFE)/]',
    "has neither Number.is… nor Number.parse…",
  ],
  [
    "no-math-static",
    'MemberExpression[object.name="Math"]' +
    "[property.name=/^(trunc|imul|log2|log10|log1p|expm1|fround|clz32|hypot|cbrt|[a-z]+h)$/]",
    "lacks this function of Math",
  ],
  [
    "no-array-static",
    'MemberExpression[object.name="Array"][property.name=/^(from|of)$/]',
    "has neither Array.from nor Array.of",
  ],
  [
    "no-array-method",
    "CallExpression[callee.property.name=/^(flat|flatMap|at|reduceRight|findLast|findLastIndex)$/]",
    "has no flat, flatMap, at, reduceRight or findLast of arrays",
  ],
  [
    "no-object-freeze",
    'MemberExpression[object.name="Object"]' +
    "[property.name=/^(freeze|seal|preventExtensions|isFrozen|isSealed|isExtensible|is)$/]",
    "has no Object.freeze and its kin",
  ],
  [
    "no-slice",
    'CallExpression[callee.property.name="slice"]',
    "gives a plain array for the slice of a typed one: use subarray, or substr for text",
  ],
  [
    "no-length-assignment",
    'AssignmentExpression[left.property.name="length"], UpdateExpression[argument.property.name="length"]',
    "does not shorten an array by its length: make a new one or use splice",
  ],
];

type Node = Deno.lint.Node | Deno.lint.TSParameterProperty;

const refusal = (selector: string, lack: string): Deno.lint.Rule => ({
  create: (context) => ({
    [selector]: (node: Deno.lint.Node) => context.report({ node, message: `Espruino ${lack}` }),
  }),
});

/** The linter's tree does not mark the computed keys of a class; the bracket before them does. */
const noComputedMember: Deno.lint.Rule = {
  create: (context) => ({
    "MethodDefinition, PropertyDefinition"(
      node: Deno.lint.MethodDefinition | Deno.lint.PropertyDefinition,
    ) {
      if (context.sourceCode.text[node.key.range[0] - 1] !== "[") return;
      context.report({ node, message: "Espruino has no computed keys in classes" });
    },
  }),
};

const SCOPES =
  /^(Program|BlockStatement|StaticBlock|SwitchStatement|For(In|Of)?Statement|CatchClause|Function(Declaration|Expression)|ArrowFunctionExpression)$/;
const TYPED_VALUES = /^TS(As|NonNull|Satisfies)Expression$|^TSTypeAssertion$/;

const parentOf = (node: Node): Node | null => "parent" in node ? node.parent : null;

const scopeAround = (node: Node): Node | null => {
  let scope = parentOf(node);
  while (scope && !SCOPES.test(scope.type)) scope = parentOf(scope);
  return scope;
};

const isParameter = (name: Deno.lint.Identifier): boolean =>
  (name.parent as { params?: Node[] }).params?.includes(name) ?? false;

/** Whether the name stands for a value here: not for a type, a property or an exported name. */
const isValue = (name: Deno.lint.Identifier): boolean => {
  const parent = name.parent as Node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || parent.object === name;
    case "Property":
      return parent.shorthand ? parent.value === name : parent.key !== name;
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.key !== name;
    case "ImportSpecifier":
    case "ExportSpecifier":
      return false;
    default:
      return !parent.type.startsWith("TS") || TYPED_VALUES.test(parent.type);
  }
};

/**
 * Espruino hoists nothing: a function that stands below its use does not exist yet. The order of
 * the text is what counts, also from within a function that would only run later.
 */
const noUseBeforeDefinition: Deno.lint.Rule = {
  create(context) {
    const definitions = new Map<Node, Map<string, number>>();
    const uses: Deno.lint.Identifier[] = [];

    const define = (scope: Node | null, name: Node | null): void => {
      if (!scope || name?.type !== "Identifier") return;
      const names = definitions.get(scope) ?? new Map<string, number>();
      definitions.set(scope, names);
      if (!names.has(name.name)) names.set(name.name, name.range[0]);
    };

    const definitionOf = (name: Deno.lint.Identifier): number | undefined => {
      let scope = scopeAround(name);
      while (scope) {
        const at = definitions.get(scope)?.get(name.name);
        if (at !== undefined) return at;
        scope = scopeAround(scope);
      }
    };

    return {
      VariableDeclarator: (node) => define(scopeAround(node), node.id),
      "FunctionDeclaration, ClassDeclaration": (node) => define(scopeAround(node), node.id),
      CatchClause: (node) => define(node, node.param),
      Identifier(name) {
        if (isParameter(name)) define(parentOf(name), name);
        else if (isValue(name)) uses.push(name);
      },
      "Program:exit"() {
        for (const name of uses) {
          if ((definitionOf(name) ?? 0) <= name.range[0]) continue;
          const message = `Espruino hoists nothing: define ${name.name} above its use`;
          context.report({ node: name, message });
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "espruino",
  rules: {
    ...Object.fromEntries(
      LACKS.map(([rule, selector, lack]) => [rule, refusal(selector, lack)]),
    ),
    "no-computed-member": noComputedMember,
    "no-use-before-definition": noUseBeforeDefinition,
  },
};

export default plugin;
