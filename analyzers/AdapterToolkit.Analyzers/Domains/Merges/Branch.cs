using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>The way that control flow took at a condition.</summary>
/// <param name="File">The file of the condition.</param>
/// <param name="Span">Where in the file it stands.</param>
/// <param name="Holds">Whether it held.</param>
internal readonly record struct Branch(SyntaxTree File, TextSpan Span, bool Holds);
