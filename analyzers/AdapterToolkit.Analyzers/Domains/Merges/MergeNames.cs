using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Tells from names alone which bodies of a compilation may merge or use an adapter, so that all others cost nothing: those that name what does, or a member
/// of the compilation whose body may.
/// </summary>
internal sealed class MergeNames
{
    /// <summary>What stands for a call without a name: of a constructor by <c>new()</c>, of an operator, and of <c>Dispose</c> by <c>using</c>.</summary>
    private const string New = "new", Operator = "operator", Dispose = "Dispose";

    private static readonly HashSet<string> s_merges = [RuntimeNames.Members.Merge, RuntimeNames.Members.MergeTo, RuntimeNames.Members.MergeToBaseType];

    private static readonly HashSet<string> s_uses =
    [
        .. s_merges,
        RuntimeNames.Members.Unmerge, RuntimeNames.Members.SetFactors, RuntimeNames.Members.Adapter, RuntimeNames.Members.ForwardBackward,
        RuntimeNames.Members.Fit, RuntimeNames.Members.FitAsync, RuntimeNames.Members.Factors, RuntimeNames.Members.IsMerged,
    ];

    private static readonly HashSet<string> s_takesBack =
        [RuntimeNames.Members.Unmerge, RuntimeNames.Members.Initialize, RuntimeNames.Members.Load, RuntimeNames.Members.Remove];

    private readonly OfFile[] _files;
    private readonly Lazy<HashSet<string>> _takingBack;
    private readonly Lazy<HashSet<string>> _merging;
    private readonly Lazy<HashSet<string>> _using;

    /// <summary>Reads the names of a compilation.</summary>
    public MergeNames(Compilation compilation)
    {
        _files = [.. WrittenFiles.Of(compilation).Select(OfFile.Of)];
        _merging = new(() => MembersFrom(s_merges));
        _using = new(() => MembersFrom(s_uses));
        _takingBack = new(() => MembersFrom([RuntimeNames.Members.Unmerge]));
    }

    /// <summary>Whether a merge is named anywhere.</summary>
    public bool NameMerges => _files.Any(file => file.NamesMerge);

    /// <summary>Where members of a name are given something else, or lose a function, after their object was made.</summary>
    public IEnumerable<SyntaxNode> Replacing(string member) => _files.SelectMany(file => file.Replacing(member));

    /// <summary>Whether a body names a merge, or a member that may merge.</summary>
    public bool MayMerge(SyntaxNode body) => Names(body, _merging.Value);

    /// <summary>Whether a body names what uses an adapter, or a member that may.</summary>
    public bool MayUseAdapter(SyntaxNode body) => Names(body, _using.Value);

    /// <summary>Whether a body names a merge.</summary>
    public static bool NameMerge(SyntaxNode body) => Names(body, s_merges);

    /// <summary>The names in a loop that may be of what takes merges back: of the toolkit's own members, and of those of the compilation that may.</summary>
    public IEnumerable<SimpleNameSyntax> TakingBack(SyntaxNode loop) => loop.DescendantNodes().OfType<SimpleNameSyntax>()
        .Where(name => s_takesBack.Contains(name.Identifier.ValueText) || _takingBack.Value.Contains(name.Identifier.ValueText));

    private static bool Names(SyntaxNode body, HashSet<string> names) =>
        body.DescendantNodesAndSelf().Any(node => UsedBy(node) is { } used && names.Contains(used));

    private HashSet<string> MembersFrom(HashSet<string> first)
    {
        HashSet<string> found = [.. first];
        Dictionary<string, List<string>> users = [];
        foreach ((string member, HashSet<string> uses) in _files.SelectMany(file => file.Members))
        {
            foreach (string used in uses)
            {
                if (!users.TryGetValue(used, out List<string>? names))
                    users.Add(used, names = []);
                names.Add(member);
            }
        }

        Stack<string> rest = new(first);
        while (rest.Count > 0)
        {
            if (!users.TryGetValue(rest.Pop(), out List<string>? names))
                continue;
            foreach (string name in names.Where(found.Add))
                rest.Push(name);
        }

        return found;
    }

    /// <summary>The member that a part of a body calls; null where it calls none.</summary>
    private static string? UsedBy(SyntaxNode node) => node switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        ImplicitObjectCreationExpressionSyntax => New,
        BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or CastExpressionSyntax
            or ElementAccessExpressionSyntax => Operator,
        AssignmentExpressionSyntax assignment when !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) => Operator,
        UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } => Dispose,
        _ => null,
    };

    /// <summary>What the members of one file name.</summary>
    private sealed class OfFile
    {
        // A file that is not edited keeps its tree, and what is known of it.
        private static readonly ConditionalWeakTable<SyntaxTree, OfFile> s_known = new();

        private readonly List<(string Member, HashSet<string> Uses)> _members = [];
        private readonly Dictionary<string, List<SyntaxNode>> _replacing = [];

        private OfFile(SyntaxTree tree)
        {
            List<(HashSet<string> Uses, int End)> around = [];
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                while (around.Count > 0 && node.FullSpan.Start >= around[around.Count - 1].End)
                    around.RemoveAt(around.Count - 1);
                if (UsedBy(node) is { } used)
                {
                    NamesMerge |= s_merges.Contains(used);
                    foreach ((HashSet<string> uses, _) in around)
                        uses.Add(used);
                }

                if (ReplacedBy(node) is { } replaced)
                    Add(replaced);
                foreach (string name in NamesOf(node))
                {
                    around.Add(([], node.FullSpan.End));
                    _members.Add((name, around[around.Count - 1].Uses));
                }
            }
        }

        /// <summary>Whether it names a merge.</summary>
        public bool NamesMerge { get; }

        public IReadOnlyList<(string Member, HashSet<string> Uses)> Members => _members;

        public static OfFile Of(SyntaxTree tree) => s_known.GetValue(tree, static tree => new OfFile(tree));

        /// <summary>The targets with a name that it gives something outside of constructors, or takes a function from.</summary>
        public List<SyntaxNode> Replacing(string member) => _replacing.TryGetValue(member, out List<SyntaxNode>? targets) ? targets : [];

        private void Add(SimpleNameSyntax replaced)
        {
            string name = replaced.Identifier.ValueText;
            if (!_replacing.TryGetValue(name, out List<SyntaxNode>? targets))
                _replacing.Add(name, targets = []);
            targets.Add(replaced);
        }

        private static SimpleNameSyntax? ReplacedBy(SyntaxNode node) =>
            node is AssignmentExpressionSyntax { Left: var target } && (node.IsKind(SyntaxKind.SubtractAssignmentExpression)
                || (node.IsKind(SyntaxKind.SimpleAssignmentExpression) && node.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is null))
                ? NameOf(target is ElementAccessExpressionSyntax { Expression: var indexed } ? indexed : target)
                : null;

        private static SimpleNameSyntax? NameOf(ExpressionSyntax target) => target as SimpleNameSyntax ?? (target as MemberAccessExpressionSyntax)?.Name;

        private static IEnumerable<string> NamesOf(SyntaxNode node) => node switch
        {
            MethodDeclarationSyntax method => [method.Identifier.ValueText],
            PropertyDeclarationSyntax property => [property.Identifier.ValueText],
            EventDeclarationSyntax declared => [declared.Identifier.ValueText],
            IndexerDeclarationSyntax => [Operator],
            BaseMethodDeclarationSyntax and (OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax) => [Operator],
            ConstructorDeclarationSyntax constructor => [constructor.Identifier.ValueText, New],
            LocalFunctionStatementSyntax function => [function.Identifier.ValueText],
            VariableDeclaratorSyntax { Initializer: not null } variable => [variable.Identifier.ValueText],
            AssignmentExpressionSyntax { Left: SimpleNameSyntax target } => [target.Identifier.ValueText],
            AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name: var target } } => [target.Identifier.ValueText],
            _ => [],
        };
    }
}
