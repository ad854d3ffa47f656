using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <summary>
/// What the members and variables of a class, and of those that it derives from, are given anywhere in it:
/// by initializers, assignments, constructors, and by calls that fill a list.
/// </summary>
internal sealed class AssignedValues
{
    private readonly Dictionary<ISymbol, List<IOperation>> _values = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, List<ISymbol>> _aliases = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _visited = new(SymbolEqualityComparer.Default);
    private readonly KnownTypes _types;

    /// <summary>Reads classes.</summary>
    /// <param name="chain">The classes.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="types">The toolkit's types.</param>
    public AssignedValues(IEnumerable<INamedTypeSymbol> chain, Compilation compilation, KnownTypes types)
    {
        _types = types;
        foreach (SyntaxReference reference in chain.SelectMany(type => type.DeclaringSyntaxReferences))
        {
            if (reference.GetSyntax() is not TypeDeclarationSyntax declaration)
                continue;
            foreach (SyntaxNode body in BodiesOf(declaration))
            {
                if (Bodies.Of(compilation).OperationOf(body, CancellationToken.None) is { } operation)
                    Read(operation);
            }
        }
    }

    /// <summary>Whether a member or variable is visited for the first time.</summary>
    public bool Visit(ISymbol target) => _visited.Add(target.OriginalDefinition);

    /// <summary>The values that a member or variable is given: what it may point to.</summary>
    public IEnumerable<IOperation> Of(ISymbol target) => _values.TryGetValue(target.OriginalDefinition, out List<IOperation>? values) ? values : [];

    /// <summary>The members and variables that may be aliases of one: they are given the same object.</summary>
    public IEnumerable<ISymbol> AliasesOf(ISymbol source) => _aliases.TryGetValue(source.OriginalDefinition, out List<ISymbol>? same) ? same : [];

    private static IEnumerable<SyntaxNode> BodiesOf(TypeDeclarationSyntax declaration)
    {
        foreach (PrimaryConstructorBaseTypeSyntax given in declaration.BaseList?.Types.OfType<PrimaryConstructorBaseTypeSyntax>() ?? [])
            yield return given;
        foreach (MemberDeclarationSyntax member in declaration.Members)
        {
            switch (member)
            {
                case BaseMethodDeclarationSyntax:
                    yield return member;
                    break;
                case BaseFieldDeclarationSyntax field:
                    foreach (VariableDeclaratorSyntax variable in field.Declaration.Variables.Where(variable => variable.Initializer is not null))
                        yield return variable.Initializer!;
                    break;
                case PropertyDeclarationSyntax property:
                    if (property.Initializer is { } initializer)
                        yield return initializer;
                    foreach (SyntaxNode accessor in property.AccessorList?.Accessors ?? [])
                        yield return accessor;
                    if (property.ExpressionBody is { } body)
                        yield return body;
                    break;
            }
        }
    }

    private void Read(IOperation root)
    {
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IFieldInitializerOperation initializer:
                    foreach (IFieldSymbol field in initializer.InitializedFields)
                        Give(field, initializer.Value);
                    break;
                case IPropertyInitializerOperation initializer:
                    foreach (IPropertySymbol property in initializer.InitializedProperties)
                        Give(property, initializer.Value);
                    break;
                case IVariableDeclaratorOperation declarator when declarator.GetVariableInitializer() is { } initializer:
                    Give(declarator.Symbol, initializer.Value);
                    break;
                case IAssignmentOperation assignment when PlaceOf(assignment.Target) is { } place:
                    Give(place, assignment.Value);
                    break;
                case IInvocationOperation call:
                    Read(call);
                    break;
            }
        }
    }

    private void Read(IInvocationOperation call)
    {
        bool isOwn = call.Instance is IInstanceReferenceOperation || call.TargetMethod.MethodKind == MethodKind.Constructor;
        ISymbol? filled = !isOwn && call.Instance is { } instance && !_types.IsModule(instance.Type) && !_types.IsTensor(instance.Type)
            ? PlaceOf(instance)
            : null;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (isOwn && argument.Parameter is { } parameter)
                Give(parameter, argument.Value);
            else if (filled is not null)
                Give(filled, argument.Value);
        }
    }

    private void Give(ISymbol target, IOperation value)
    {
        Add(_values, target.OriginalDefinition, value);
        value = Expression.Unconverted(value);
        if (value is IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 } or ILocalReferenceOperation or IParameterReferenceOperation
            && PlaceOf(value) is { } source)
            Add(_aliases, source.OriginalDefinition, target);
    }

    private static void Add<T>(Dictionary<ISymbol, List<T>> lists, ISymbol key, T value)
    {
        if (!lists.TryGetValue(key, out List<T>? list))
            lists[key] = list = [];
        list.Add(value);
    }

    /// <summary>The member or variable that a place belongs to; an element belongs to its list.</summary>
    private static ISymbol? PlaceOf(IOperation place) => place switch
    {
        IPropertyReferenceOperation { Arguments.Length: > 0, Instance: { } list } => PlaceOf(list),
        IArrayElementReferenceOperation element => PlaceOf(element.ArrayReference),
        IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } member => member.Member,
        IConversionOperation conversion => PlaceOf(conversion.Operand),
        _ => Expression.VariableOf(place),
    };
}
