using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Tells from names alone which bodies of a compilation may merge, use an adapter, or change what is known, so that all others cost nothing.
/// </summary>
/// <param name="compilation">The compilation.</param>
internal sealed class MergeNames(Compilation compilation)
{
    private static readonly string[] s_merges = [RuntimeNames.Members.Merge, RuntimeNames.Members.MergeTo, RuntimeNames.Members.MergeToBaseType];

    private static readonly string[] s_uses =
    [
        .. s_merges,
        RuntimeNames.Members.Unmerge, RuntimeNames.Members.SetFactors, RuntimeNames.Members.Adapter, RuntimeNames.Members.ForwardBackward,
        RuntimeNames.Members.Fit, RuntimeNames.Members.FitAsync, RuntimeNames.Members.Factors, RuntimeNames.Members.IsMerged,
    ];

    private static readonly string[] s_takesBack =
        [RuntimeNames.Members.Unmerge, RuntimeNames.Members.Initialize, RuntimeNames.Members.Load, RuntimeNames.Members.Remove];

    private readonly SyntaxTree[] _files = [.. WrittenFiles.Of(compilation)];
    private readonly ReachingMembers _using = new(compilation, s_uses);
    private readonly ReachingMembers _takingBack = new(compilation, [RuntimeNames.Members.Unmerge]);
    private readonly ConcurrentDictionary<string, ReachingMembers> _naming = new();

    /// <summary>The names of what merges.</summary>
    public static IReadOnlyList<string> Merges => s_merges;

    /// <summary>Whether a merge is named anywhere.</summary>
    public bool NameMerges => _files.Any(file => s_merges.Any(FileWords.Of(file).MayHold));

    /// <summary>Whether a method names what uses an adapter, or a member that may.</summary>
    public bool MayUseAdapter(SyntaxNode method, CancellationToken cancellation) => _using.Contain(method, cancellation);

    /// <summary>Whether a method takes merges back, or names a member that may.</summary>
    public bool MayTakeBack(SyntaxNode method, CancellationToken cancellation) => _takingBack.Contain(method, cancellation);

    /// <summary>Whether a method names a member, or a member that may.</summary>
    public bool MayName(string member, SyntaxNode method, CancellationToken cancellation) =>
        _naming.GetOrAdd(member, name => new ReachingMembers(compilation, [name])).Contain(method, cancellation);

    /// <summary>The names in a loop that may be of what takes merges back: of the toolkit's own members, and of methods that are called.</summary>
    public static IEnumerable<SimpleNameSyntax> MayTakeBack(SyntaxNode loop) => loop.DescendantNodes().OfType<SimpleNameSyntax>()
        .Where(name => s_takesBack.Contains(name.Identifier.ValueText) || IsCalled(name));

    /// <summary>Where members of a name are given something else, or lose a function, after their object was made.</summary>
    public IEnumerable<SyntaxNode> Replacing(string member) => _files.Where(file => FileWords.Of(file).MayHold(member))
        .SelectMany(file => FileNames.Of(file).WritersOf(member))
        .SelectMany(writer => writer.Node.DescendantNodes().SelectMany(ReplacedBy))
        .Where(target => target.Identifier.ValueText == member);

    private static bool IsCalled(SimpleNameSyntax name) => name.Parent is InvocationExpressionSyntax
        || (name.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } access && access.Name == name);

    private static IEnumerable<SimpleNameSyntax> ReplacedBy(SyntaxNode node)
    {
        ExpressionSyntax? target = node switch
        {
            AssignmentExpressionSyntax { Left: var assigned } when node.IsKind(SyntaxKind.SubtractAssignmentExpression)
                || (node.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is null
                    && (node.IsKind(SyntaxKind.SimpleAssignmentExpression) || node.IsKind(SyntaxKind.CoalesceAssignmentExpression))) => assigned,
            ArgumentSyntax { RefKindKeyword.RawKind: not 0, Expression: var given } => given,
            _ => null,
        };
        return target switch
        {
            null => [],
            TupleExpressionSyntax tuple => tuple.Arguments.Select(part => NameOf(part.Expression)).OfType<SimpleNameSyntax>(),
            _ => NameOf(target) is { } name ? [name] : [],
        };
    }

    private static SimpleNameSyntax? NameOf(ExpressionSyntax target) => target switch
    {
        ElementAccessExpressionSyntax { Expression: var indexed } => NameOf(indexed),
        PostfixUnaryExpressionSyntax { Operand: var operand } => NameOf(operand),
        MemberAccessExpressionSyntax { Name: var name } => name,
        _ => target as SimpleNameSyntax,
    };
}
