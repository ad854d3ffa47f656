using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The members of a compilation from which some names can be reached, found when they are first asked for.</summary>
/// <param name="compilation">The compilation.</param>
/// <param name="names">The names.</param>
internal sealed class ReachingMembers(Compilation compilation, IEnumerable<string> names)
{
    private readonly object _gate = new();
    private NameClosure? _found;

    /// <summary>Those of a file.</summary>
    /// <param name="tree">The file.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public IEnumerable<MemberNames> In(SyntaxTree tree, CancellationToken cancellation) => Found(cancellation).In(tree);

    /// <summary>Whether a method, property or constructor, or the member that it is a part of, is one of them.</summary>
    /// <param name="declaration">Its declaration.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public bool Contain(SyntaxNode declaration, CancellationToken cancellation) =>
        In(declaration.SyntaxTree, cancellation).Any(member => member.Node == declaration
            || (member.Node is not TypeDeclarationSyntax && member.Node.Span.Contains(declaration.Span)));

    private NameClosure Found(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _found ??= new NameClosure(
                WordIndex.Of(compilation), names.Select(name => new ScopedName(name)), [], followsForeignCalls: true, cancellation);
        }
    }
}
