using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Where fields and properties are given values, and which classes are parts of others.</content>
internal sealed partial class ValueAnalysis
{
    /// <summary>The expressions that a member is assigned in its class.</summary>
    private static IEnumerable<SyntaxNode> GivenTo(ISymbol member)
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

        foreach (SyntaxReference reference in member.ContainingType.DeclaringSyntaxReferences)
        {
            foreach (AssignmentExpressionSyntax assignment in reference.GetSyntax().DescendantNodes().OfType<AssignmentExpressionSyntax>())
            {
                if (NameOf(assignment.Left) == member.Name)
                    yield return assignment.Right;
                if (assignment is { Left: TupleExpressionSyntax left, Right: TupleExpressionSyntax right } && left.Arguments.Count == right.Arguments.Count)
                {
                    for (int i = 0; i < left.Arguments.Count; i++)
                    {
                        if (NameOf(left.Arguments[i].Expression) == member.Name)
                            yield return right.Arguments[i].Expression;
                    }
                }
            }
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

        HashSet<SyntaxNode> bodies =
            [.. _writers.GetOrAdd(type, owner => WrittenIn(owner.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax())))[member.Name]];
        bool isOpen = member.DeclaredAccessibility != Accessibility.Private || type.ContainingType is not null;
        if (isOpen && member is IFieldSymbol { IsReadOnly: false } or IPropertySymbol { SetMethod: not null } or IEventSymbol)
            bodies.UnionWith(_foreignWriters.Value[member.Name].Take(MostForeignWriters));
        foreach (SyntaxNode body in bodies)
        {
            if (DeclaredBy(body, cancellation) is { } writer)
                yield return writer;
        }
    }

    /// <summary>The bodies of a class by the names of what they write.</summary>
    private static ILookup<string, SyntaxNode> WrittenIn(IEnumerable<SyntaxNode> declarations)
    {
        List<(string Name, SyntaxNode Body)> written = [];
        foreach (SyntaxNode node in declarations.SelectMany(declaration => declaration.DescendantNodes()))
        {
            if (node is IdentifierNameSyntax name && IsWritten(name) && BodyAround(name) is { } body)
                written.Add((name.Identifier.ValueText, body));
            else if (node is FieldExpressionSyntax && node.FirstAncestorOrSelf<PropertyDeclarationSyntax>() is { } property && BodyAround(node) is { } accessor)
                written.Add((property.Identifier.ValueText, accessor));
        }

        return written.ToLookup(entry => entry.Name, entry => entry.Body);
    }

    /// <summary>The bodies of a compilation by the names of the members of other objects that they assign.</summary>
    private static ILookup<string, SyntaxNode> AssignedToOthers(Compilation compilation)
    {
        List<(string Name, SyntaxNode Body)> written = [];
        foreach (AssignmentExpressionSyntax assignment in WrittenFiles.Of(compilation)
            .SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<AssignmentExpressionSyntax>()))
        {
            string? name = assignment.Left switch
            {
                MemberAccessExpressionSyntax { Expression: not ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
                IdentifierNameSyntax member when assignment.Parent is InitializerExpressionSyntax => member.Identifier.ValueText,
                _ => null,
            };
            if (name is not null && BodyAround(assignment) is { } body)
                written.Add((name, body));
        }

        return written.ToLookup(entry => entry.Name, entry => entry.Body);
    }

    private static SyntaxNode? BodyAround(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(ancestor => ancestor is BaseMethodDeclarationSyntax
            or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax });

    private static bool IsWritten(IdentifierNameSyntax name)
    {
        SyntaxNode node = name;
        while (node.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or InvocationExpressionSyntax
            or ConditionalAccessExpressionSyntax or ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax
            || node.Parent is ArgumentSyntax { Parent.Parent: TupleExpressionSyntax })
        {
            if (node.Parent is InvocationExpressionSyntax)
                return true;
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
