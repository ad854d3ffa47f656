using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Where fields and properties are given values, and which classes are parts of others.</content>
internal sealed partial class ValueAnalysis
{
    /// <summary>The expressions that a member is assigned in its class.</summary>
    private IEnumerable<SyntaxNode> GivenTo(ISymbol member)
    {
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            switch (reference.GetSyntax())
            {
                case VariableDeclaratorSyntax { Initializer: { } initializer }:
                    yield return initializer.Value;
                    break;
                case PropertyDeclarationSyntax { Initializer: { } initializer }:
                    yield return initializer.Value;
                    break;
            }
        }

        foreach (SyntaxNode given in _given.GetOrAdd(member.ContainingType, static type => GivenIn(type))[member.Name])
            yield return given;
    }

    /// <summary>What a class assigns, by the names of what it is assigned to.</summary>
    private static ILookup<string, SyntaxNode> GivenIn(INamedTypeSymbol type)
    {
        List<(string Name, SyntaxNode Value)> given = [];
        foreach (AssignmentExpressionSyntax assignment in type.DeclaringSyntaxReferences
            .SelectMany(reference => reference.GetSyntax().DescendantNodes()).OfType<AssignmentExpressionSyntax>())
        {
            Add(assignment.Left, assignment.Right);
            if (assignment is { Left: TupleExpressionSyntax left, Right: TupleExpressionSyntax right } && left.Arguments.Count == right.Arguments.Count)
            {
                for (int i = 0; i < left.Arguments.Count; i++)
                    Add(left.Arguments[i].Expression, right.Arguments[i].Expression);
            }
        }

        return given.ToLookup(entry => entry.Name, entry => entry.Value);

        void Add(ExpressionSyntax target, ExpressionSyntax value)
        {
            if (NameOf(target) is { } name)
                given.Add((name, value));
        }
    }

    /// <summary>
    /// The bodies in which a member is assigned, or a collection in it filled: those of its class, and those elsewhere that assign it by name.
    /// </summary>
    private IEnumerable<ISymbol> WritersOf(ISymbol member, INamedTypeSymbol type, CancellationToken cancellation)
    {
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null })
                yield return member;
        }

        // A call of a module's method puts nothing into the member that holds the module, as one of a collection may.
        bool isModule = IsPlainModule(member);
        HashSet<SyntaxNode> bodies =
        [
            .. _writers.GetOrAdd(type, owner => WrittenIn(owner.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax())))[member.Name]
                .Where(write => !isModule || !write.IsByCall).Select(write => write.Body),
        ];
        bool isOpen = member.DeclaredAccessibility != Accessibility.Private || type.ContainingType is not null;
        if (isOpen && member is IFieldSymbol { IsReadOnly: false } or IPropertySymbol { SetMethod: not null } or IEventSymbol)
            bodies.UnionWith(_foreignWriters.GetOrAdd(member.Name, name => [.. ForeignWritersOf(name).Take(MostForeignWriters)]));
        foreach (SyntaxNode body in bodies)
        {
            if (DeclaredBy(body, cancellation) is { } writer)
                yield return writer;
        }
    }

    /// <summary>Whether a member holds a module that is no collection of modules.</summary>
    private bool IsPlainModule(ISymbol member) =>
        (member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type) is { } type
            && (KnownTypes.DerivesFrom(type, Types.TorchModule) || KnownTypes.DerivesFrom(type, Types.Module))
            && !type.AllInterfaces.Any(inherited => inherited.SpecialType == SpecialType.System_Collections_IEnumerable);

    /// <summary>
    /// Whether a member can hold something that matters: a module that is made of numbers alone where it is assigned holds nothing that is known.
    /// </summary>
    private bool MayHold(ISymbol member, CancellationToken cancellation)
    {
        if (member.DeclaredAccessibility != Accessibility.Private || !IsPlainModule(member))
            return true;
        SyntaxNode[] given = [.. GivenTo(member)];
        return given.Length == 0 || given.Any(value => OperationOf(value, cancellation) is not { } operation || operation.DescendantsAndSelf().Any(MayGive));
    }

    private static bool MayGive(IOperation operation) => operation switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation or IPropertyReferenceOperation => !TensorTypes.IsScalar(operation.Type),
        IFieldReferenceOperation field => !TensorTypes.IsScalar(field.Type),
        IInvocationOperation call => call.TargetMethod.DeclaringSyntaxReferences.Length > 0 || call.TargetMethod.Name == "Parameter",
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => true,
        IAnonymousFunctionOperation or IMethodReferenceOperation => true,
        _ => false,
    };

    /// <summary>The bodies of a class by the names of what they write, and whether they do it by calling a method of that.</summary>
    private static ILookup<string, (SyntaxNode Body, bool IsByCall)> WrittenIn(IEnumerable<SyntaxNode> declarations)
    {
        List<(string Name, SyntaxNode Body, bool IsByCall)> written = [];
        foreach (SyntaxNode node in declarations.SelectMany(declaration => declaration.DescendantNodes()))
        {
            if (node is IdentifierNameSyntax name && IsWritten(name, out bool isByCall) && BodyAround(name) is { } body)
                written.Add((name.Identifier.ValueText, body, isByCall));
            else if (node is FieldExpressionSyntax && node.FirstAncestorOrSelf<PropertyDeclarationSyntax>() is { } property && BodyAround(node) is { } accessor)
                written.Add((property.Identifier.ValueText, accessor, false));
        }

        return written.ToLookup(entry => entry.Name, entry => (entry.Body, entry.IsByCall));
    }

    /// <summary>The bodies of a compilation that assign a member of other objects, by its name.</summary>
    private IEnumerable<SyntaxNode> ForeignWritersOf(string name) =>
        _words.FilesWith(name).SelectMany(tree => FileNames.Of(tree).WritersOf(name))
            .SelectMany(member => member.Node.DescendantNodes().OfType<AssignmentExpressionSyntax>())
            .Where(assignment => ForeignTargetOf(assignment) == name).OrderBy(assignment => assignment.Left is MemberBindingExpressionSyntax)
            .Select(BodyAround).OfType<SyntaxNode>().Distinct();

    private static string? ForeignTargetOf(AssignmentExpressionSyntax assignment) => assignment.Left switch
    {
        MemberAccessExpressionSyntax { Expression: not ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        IdentifierNameSyntax member when assignment.Parent is InitializerExpressionSyntax => member.Identifier.ValueText,
        _ => null,
    };

    private static SyntaxNode? BodyAround(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(ancestor => ancestor is BaseMethodDeclarationSyntax
            or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax });

    private static bool IsWritten(IdentifierNameSyntax name, out bool isByCall)
    {
        isByCall = false;
        SyntaxNode node = name;
        while (node.Parent is MemberAccessExpressionSyntax or MemberBindingExpressionSyntax or ElementAccessExpressionSyntax or InvocationExpressionSyntax
            or ConditionalAccessExpressionSyntax or ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax
            || node.Parent is ArgumentSyntax { Parent.Parent: TupleExpressionSyntax })
        {
            if (node.Parent is InvocationExpressionSyntax)
                return isByCall = true;
            node = node.Parent;
        }

        return node.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == node,
            ArgumentSyntax argument => argument.RefKindKeyword.RawKind != 0 || argument.Parent is TupleExpressionSyntax { Parent: AssignmentExpressionSyntax },
            ArrowExpressionClauseSyntax or InitializerExpressionSyntax => false,
            _ => false,
        };
    }

    private ISymbol? DeclaredBy(SyntaxNode body, CancellationToken cancellation) =>
        body is ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax property }
            ? (_source.ModelOf(body.SyntaxTree).GetDeclaredSymbol(property, cancellation) as IPropertySymbol)?.GetMethod
            : _source.ModelOf(body.SyntaxTree).GetDeclaredSymbol(body, cancellation);

    private bool IsPart(INamedTypeSymbol type, CancellationToken cancellation)
    {
        Stack<INamespaceOrTypeSymbol> rest = new([_compilation.Assembly.GlobalNamespace]);
        while (rest.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            INamespaceOrTypeSymbol current = rest.Pop();
            foreach (ISymbol member in current.GetMembers())
            {
                if (member is INamespaceOrTypeSymbol inner)
                    rest.Push(inner);
                ITypeSymbol? held = member switch
                {
                    IFieldSymbol field => field.Type,
                    IPropertySymbol property => property.Type,
                    _ => null,
                };
                if (held is not null && !SymbolEqualityComparer.Default.Equals(current, type) && Mentions(held, type))
                    return true;
            }

            if (current is INamedTypeSymbol { BaseType: { } parent } && SymbolEqualityComparer.Default.Equals(parent.OriginalDefinition, type))
                return true;
        }

        return false;
    }

    private static bool Mentions(ITypeSymbol held, INamedTypeSymbol type) => held switch
    {
        IArrayTypeSymbol array => Mentions(array.ElementType, type),
        INamedTypeSymbol named => SymbolEqualityComparer.Default.Equals(named.OriginalDefinition, type)
            || type.AllInterfaces.Any(inherited => inherited.Locations.Any(location => location.IsInSource)
                && SymbolEqualityComparer.Default.Equals(inherited.OriginalDefinition, named.OriginalDefinition))
            || named.TypeArguments.Any(argument => Mentions(argument, type)),
        _ => false,
    };

    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        _ => null,
    };
}
