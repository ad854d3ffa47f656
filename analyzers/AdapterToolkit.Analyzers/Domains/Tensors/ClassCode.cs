using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>The code of one class: all expressions in its bodies and initializers.</summary>
/// <param name="type">The class.</param>
/// <param name="bodies">The bodies of its compilation.</param>
internal sealed class ClassCode(INamedTypeSymbol type, Bodies bodies)
{
    private readonly Lazy<Root[]> _roots = new(() => [.. RootsOf(type).Select(node => new Root(node, bodies))]);

    /// <summary>The expressions.</summary>
    public IEnumerable<IOperation> Operations => _roots.Value.SelectMany(root => root.Operations);

    /// <summary>What a member is given.</summary>
    public IEnumerable<IOperation> GivenTo(ISymbol member)
    {
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            SyntaxNode? value = reference.GetSyntax() switch
            {
                VariableDeclaratorSyntax { Initializer.Value: var initial } => initial,
                PropertyDeclarationSyntax { Initializer.Value: var initial } => initial,
                _ => null,
            };
            if (value is RefExpressionSyntax { Expression: var referred })
                value = referred;
            if (value is not null && bodies.OperationOf(value, CancellationToken.None) is { } given)
                yield return given;
        }

        foreach (IOperation operation in _roots.Value.Where(root => root.MayAssign(member)).SelectMany(root => root.Assignments))
        {
            if (operation is IAssignmentOperation { Target: IMemberReferenceOperation target, Value: var value } && Is(target.Member, member))
                yield return value;
            else if (operation is IDeconstructionAssignmentOperation { Target: ITupleOperation left, Value: var tuple }
                && Expression.Unconverted(tuple) is ITupleOperation right && left.Elements.Length == right.Elements.Length)
            {
                for (int i = 0; i < left.Elements.Length; i++)
                {
                    if (left.Elements[i] is IMemberReferenceOperation element && Is(element.Member, member))
                        yield return right.Elements[i];
                }
            }
        }
    }

    /// <summary>What is put into a collection that a member holds.</summary>
    public IEnumerable<IOperation> ElementsGivenTo(ISymbol member)
    {
        foreach (IOperation given in GivenTo(member))
        {
            IEnumerable<IOperation> listed = Expression.Unconverted(given) switch
            {
                IArrayCreationOperation { Initializer.ElementValues: var elements } => elements,
                ICollectionExpressionOperation { Elements: var elements } => elements,
                IObjectCreationOperation creation => (creation.Initializer?.Initializers ?? []).OfType<IInvocationOperation>()
                    .Select(added => added.Arguments.LastOrDefault()?.Value).Concat(creation.Arguments.SelectMany(Spread)).OfType<IOperation>(),
                _ => [],
            };
            foreach (IOperation element in listed)
                yield return element;
        }

        foreach (IOperation operation in Operations)
        {
            switch (operation)
            {
                case IInvocationOperation
                {
                    Instance: IMemberReferenceOperation filled, TargetMethod.Name: "Add" or "append" or "Insert", Arguments: [.., var last]
                } when Is(filled.Member, member):
                    yield return last.Value;
                    break;
                case ISimpleAssignmentOperation
                {
                    Target: IArrayElementReferenceOperation { ArrayReference: IMemberReferenceOperation filled }, Value: var element
                } when Is(filled.Member, member):
                    yield return element;
                    break;
                case ISimpleAssignmentOperation
                {
                    Target: IPropertyReferenceOperation { Property.IsIndexer: true, Instance: IMemberReferenceOperation filled }, Value: var element
                } when Is(filled.Member, member):
                    yield return element;
                    break;
            }
        }
    }

    private static IEnumerable<IOperation> Spread(IArgumentOperation argument) =>
        Expression.Unconverted(argument.Value) is IArrayCreationOperation { Initializer.ElementValues: var elements } ? elements : [];

    /// <summary>Whether two members are one.</summary>
    public static bool Is(ISymbol left, ISymbol right) => SymbolEqualityComparer.Default.Equals(left.OriginalDefinition, right.OriginalDefinition);

    private static IEnumerable<SyntaxNode> RootsOf(INamedTypeSymbol type)
    {
        foreach (MemberDeclarationSyntax member in type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).OfType<TypeDeclarationSyntax>()
            .SelectMany(declaration => declaration.Members))
        {
            switch (member)
            {
                case BaseMethodDeclarationSyntax:
                    yield return member;
                    break;
                case BaseFieldDeclarationSyntax field:
                    foreach (EqualsValueClauseSyntax initializer in field.Declaration.Variables
                        .Select(variable => variable.Initializer).OfType<EqualsValueClauseSyntax>())
                        yield return initializer;
                    break;
                case PropertyDeclarationSyntax property:
                    if (property.ExpressionBody is { } body)
                        yield return body;
                    if (property.Initializer is { } given)
                        yield return given;
                    foreach (AccessorDeclarationSyntax accessor in property.AccessorList?.Accessors ?? [])
                        yield return accessor;
                    break;
            }
        }
    }

    /// <summary>One body or initializer.</summary>
    /// <param name="node">It.</param>
    /// <param name="bodies">The bodies of the compilation.</param>
    private sealed class Root(SyntaxNode node, Bodies bodies)
    {
        private readonly Lazy<IOperation[]> _operations = new(() => [.. bodies.OperationOf(node, CancellationToken.None)?.Descendants() ?? []]);
        private IOperation[]? _assignments;
        private readonly Lazy<HashSet<string>> _assigned = new(() => [.. node.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .SelectMany(assignment => assignment.Left.DescendantNodesAndSelf()).OfType<SimpleNameSyntax>().Select(name => name.Identifier.ValueText)]);

        /// <summary>Its expressions.</summary>
        public IReadOnlyList<IOperation> Operations => _operations.Value;

        /// <summary>The assignments among them.</summary>
        public IReadOnlyList<IOperation> Assignments => _assignments ??=
            [.. _operations.Value.Where(operation => operation is IAssignmentOperation or IDeconstructionAssignmentOperation)];

        /// <summary>Whether it may assign a member, as its text tells. The text is not read where the expressions are known already.</summary>
        public bool MayAssign(ISymbol member) =>
            _operations.IsValueCreated || member is IPropertySymbol { IsIndexer: true } || _assigned.Value.Contains(member.Name);
    }
}
