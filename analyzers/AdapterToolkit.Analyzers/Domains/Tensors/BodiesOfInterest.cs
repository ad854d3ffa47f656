using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells, from names alone, in which bodies a rule about tensors could be broken, so that all others cost nothing. A body is of
/// interest where it names a factor or a frozen weight, makes a parameter, or uses a member of the compilation that does.
/// </summary>
internal sealed class BodiesOfInterest(Compilation compilation, TensorTypes types)
{
    private static readonly HashSet<string> s_sources =
    [
        "Weight", "Bias", "FrozenWeights", "Factors", "LowRankFactors", "SavedA", "SavedB", "SetFactors",
        "weight", "requires_grad", "requires_grad_", "retain_grad", "grad", "optim",
    ];

    private readonly Lazy<HashSet<string>> _members = new(() => MembersOf(compilation));

    /// <summary>Whether a rule could be broken in a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public bool Contain(SyntaxNode body, ISymbol symbol, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (symbol is IMethodSymbol method
            && method.Parameters.Any(parameter => TensorTypes.Is(parameter.Type, types.FrozenWeight) || TensorTypes.Is(parameter.Type, types.Factors)))
            return true;
        foreach (SimpleNameSyntax name in body.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
        {
            string text = name.Identifier.ValueText;
            if (s_sources.Contains(text) || MemberNames.IsParameterMade(name) || _members.Value.Contains(text))
                return true;
        }

        return types.HasMatrices && body.DescendantNodes().OfType<BinaryExpressionSyntax>().Any();
    }

    /// <summary>
    /// The names of members whose bodies name a factor or a frozen weight, make parameters or load weights, and of those that use a member of the first kind.
    /// </summary>
    private static HashSet<string> MembersOf(Compilation compilation)
    {
        HashSet<string> naming = [], making = [];
        Dictionary<string, List<string>> users = [];
        foreach (SyntaxTree tree in WrittenFiles.Of(compilation))
        {
            foreach (MemberNames member in MemberNames.Of(tree))
            {
                if (member.Uses.Overlaps(s_sources))
                    naming.Add(member.Name);
                else if (member.MakesParameters)
                    making.Add(member.Name);
                foreach (string used in member.Uses)
                {
                    if (!users.TryGetValue(used, out List<string>? names))
                        users.Add(used, names = []);
                    names.Add(member.Name);
                }
            }
        }

        Stack<string> rest = new(naming);
        while (rest.Count > 0)
        {
            if (!users.TryGetValue(rest.Pop(), out List<string>? names))
                continue;
            foreach (string name in names)
            {
                if (naming.Add(name))
                    rest.Push(name);
            }
        }

        making.UnionWith(naming);
        return making;
    }
}
