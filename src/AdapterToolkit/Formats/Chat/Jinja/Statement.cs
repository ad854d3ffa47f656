namespace AdapterToolkit.Formats.Jinja;

/// <summary>A statement of a template.</summary>
/// <param name="Offset">Where it stands in the template, for errors.</param>
internal abstract record Statement(int Offset);

/// <summary>Text outside of tags.</summary>
internal sealed record TextStatement(int Offset, string Text) : Statement(Offset);

/// <summary><c>{{ a }}</c></summary>
internal sealed record OutputStatement(int Offset, Expression Value) : Statement(Offset);

/// <summary><c>{% if %}</c> with its <c>elif</c>s and <c>else</c>.</summary>
internal sealed record IfStatement(int Offset, IReadOnlyList<IfBranch> Branches, IReadOnlyList<Statement> Otherwise) : Statement(Offset);

/// <summary>A condition and what it guards.</summary>
internal readonly record struct IfBranch(Expression Test, IReadOnlyList<Statement> Body);

/// <summary><c>{% for target in items if filter recursive %}</c></summary>
internal sealed record ForStatement(
    int Offset, AssignmentTarget Target, Expression Items, Expression? Filter, bool IsRecursive,
    IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Otherwise) : Statement(Offset);

/// <summary><c>{% break %}</c></summary>
internal sealed record BreakStatement(int Offset) : Statement(Offset);

/// <summary><c>{% continue %}</c></summary>
internal sealed record ContinueStatement(int Offset) : Statement(Offset);

/// <summary><c>{% set target = value %}</c></summary>
internal sealed record SetStatement(int Offset, AssignmentTarget Target, Expression Value) : Statement(Offset);

/// <summary><c>{% set target | filter %}...{% endset %}</c>.</summary>
internal sealed record SetBlockStatement(int Offset, AssignmentTarget Target, FilterExpression? Filter, IReadOnlyList<Statement> Body) : Statement(Offset);

/// <summary><c>{% filter a | b %}...{% endfilter %}</c></summary>
internal sealed record FilterBlockStatement(int Offset, FilterExpression Filter, IReadOnlyList<Statement> Body) : Statement(Offset);

/// <summary><c>{% with a = 1, b = 2 %}</c></summary>
internal sealed record WithStatement(
    int Offset, IReadOnlyList<KeyValuePair<AssignmentTarget, Expression>> Variables, IReadOnlyList<Statement> Body) : Statement(Offset);

/// <summary><c>{% macro name(a, b=1) %}</c></summary>
internal sealed record MacroStatement(int Offset, MacroDefinition Definition) : Statement(Offset);

/// <summary><c>{% call(a) name(...) %}...{% endcall %}</c>: the block is the macro's <c>caller</c>.</summary>
internal sealed record CallBlockStatement(int Offset, CallExpression Call, MacroDefinition Caller) : Statement(Offset);

/// <summary><c>{% generation %}...{% endgeneration %}</c>: what the assistant writes.</summary>
internal sealed record GenerationStatement(int Offset, IReadOnlyList<Statement> Body) : Statement(Offset);

/// <summary>What a macro, or the block of a call, is made of.</summary>
/// <param name="Name">The macro's name.</param>
/// <param name="Parameters">Its parameters' names and default values.</param>
/// <param name="Body">Its body.</param>
/// <param name="Uses">Which of the names <c>caller</c>, <c>varargs</c> and <c>kwargs</c> it uses: these arguments it takes.</param>
internal sealed record MacroDefinition(
    string Name, IReadOnlyList<KeyValuePair<string, Expression?>> Parameters, IReadOnlyList<Statement> Body, IReadOnlySet<string> Uses);

/// <summary>What is assigned to.</summary>
internal abstract record AssignmentTarget;

/// <summary>A variable.</summary>
internal sealed record VariableTarget(string Name) : AssignmentTarget;

/// <summary>An attribute of a <c>namespace</c>.</summary>
internal sealed record NamespaceTarget(int Offset, string Name, string Attribute) : AssignmentTarget;

/// <summary>Several targets, for the items of what is assigned.</summary>
internal sealed record TupleTarget(int Offset, IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget;
