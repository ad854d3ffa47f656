using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using AdapterToolkit.Generators.Tests.Rooms;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// The toolkit and its generator, compiled from their sources with changes in the files that both compile, and loaded beside those that the tests run with.
/// </summary>
/// <param name="changes">The texts that are changed, each of which stands once, and what takes their places.</param>
internal sealed class ChangedToolkit(params (string Before, string After)[] changes) : AssemblyLoadContext(isCollectible: true)
{
    /// <summary>Compiles a program against the changed toolkit, with what the changed generator emits, and calls its method <c>Check.Run</c>.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <returns>What the method returns.</returns>
    public object? Run(string program, CancellationToken cancellation)
    {
        RoomPlan runtimePlan = RoomPlan.All.Single(plan => plan.UsesEmittedCode);
        RoomPlan generatorPlan = RoomPlan.All.Single(plan => plan.Project.StartsWith("generators", StringComparison.Ordinal));
        Assert.All(changes, change => Assert.Equal(1, SharedSources.Files.Sum(file => File.ReadAllText(file).Split(change.Before).Length - 1)));
        Assembly generator = Load(RoomSources.Compile("AdapterToolkit.Generators", FilesOf(generatorPlan).Append(Version)), out _, cancellation);
        Load(WithEmitted(RoomSources.Compile("AdapterToolkit", FilesOf(runtimePlan)), generator, cancellation), out MetadataReference runtime, cancellation);
        Compilation user = RoomSources.Compile("User.Program", [RoomSources.Parse(program, "Program.cs")]);
        user = user.WithReferences([.. user.References.Where(reference => Path.GetFileName(reference.Display) != "AdapterToolkit.dll"), runtime]);
        Assembly loaded = Load(WithEmitted(user, generator, cancellation), out _, cancellation);
        return loaded.GetType("Check")!.GetMethod("Run")!.Invoke(null, []);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName name) => Assemblies.FirstOrDefault(assembly => assembly.GetName().Name == name.Name);

    /// <summary>What the build writes beside a project's own files, and emitted text repeats.</summary>
    private static SyntaxTree Version { get; } =
        RoomSources.Parse("[assembly: System.Reflection.AssemblyInformationalVersion(\"1.0.0\")]", "Version.cs");

    private IEnumerable<SyntaxTree> FilesOf(RoomPlan plan) => RoomSources.FilesOf(plan).Concat(plan.SharedFiles).Select(file =>
    {
        string text = File.ReadAllText(file);
        if (SharedSources.Files.Contains(file))
            text = changes.Aggregate(text, (current, change) => current.Replace(change.Before, change.After, StringComparison.Ordinal));
        SyntaxTree tree = RoomSources.Parse(text, file);
        return tree.WithRootAndOptions(new BodiesOfOthers().Visit(tree.GetRoot()), tree.Options);
    });

    private static Compilation WithEmitted(Compilation compilation, Assembly generator, CancellationToken cancellation)
    {
        object created = Activator.CreateInstance(generator.GetType(typeof(AdapterToolkitGenerator).FullName!)!)!;
        CSharpGeneratorDriver
            .Create([((IIncrementalGenerator)created).AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees.First().Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out ImmutableArray<Diagnostic> found, cancellation);
        Assert.Empty(found);
        return whole;
    }

    private Assembly Load(Compilation compilation, out MetadataReference reference, CancellationToken cancellation)
    {
        using MemoryStream image = new();
        EmitResult result = compilation.WithOptions(compilation.Options.WithOptimizationLevel(OptimizationLevel.Release))
            .Emit(image, cancellationToken: cancellation);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error).Take(10)));
        reference = MetadataReference.CreateFromImage(image.ToArray());
        image.Position = 0;
        return LoadFromStream(image);
    }

    /// <summary>Gives the methods a body that other generators write one for: those of logging and of regular expressions.</summary>
    private sealed class BodiesOfOthers : CSharpSyntaxRewriter
    {
        private static readonly ArrowExpressionClauseSyntax s_refusal =
            SyntaxFactory.ArrowExpressionClause(SyntaxFactory.ParseExpression(" throw new System.NotSupportedException()"));

        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
        {
            SyntaxToken partial = node.Modifiers.FirstOrDefault(modifier => modifier.IsKind(SyntaxKind.PartialKeyword));
            return partial == default || node.Body is not null || node.ExpressionBody is not null
                ? node
                : node.WithModifiers(node.Modifiers.Remove(partial)).WithExpressionBody(s_refusal);
        }
    }
}
