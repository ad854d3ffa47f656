using AdapterToolkit.Analyzers.Domains.Merges;
using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Which bodies come to a merge, and which types lead to what merges: all others are not followed.</summary>
public sealed class MergeReachTests
{
    private const string Program = $$"""
        {{MergeSource.Models}}
        public interface IExport { void Run(); }
        public class Merging(Model model) : IExport { public void Run() => model.Merge(); }
        public class Saving : IExport { public void Run() { } }
        public interface IPlain { void Run(); }
        public class Plain : IPlain { public void Run() { } }
        public abstract class Step { public void Go() => Prepare(); protected virtual void Prepare() { } }
        public class MergeStep(Model model) : Step { protected override void Prepare() => model.Merge(); }
        public class Made { private readonly float _error = new Model().MergeTo(16); }
        public class Report
        {
            public void Merge() { }
            public string Text { get; set; } = "";
            public void Clear() => Text = "";
            public int Length() => Text.Length;
        }
        public record Row(string Name, double Loss, Row? Next);
        public class Holder { private readonly List<(Model Model, string Name)> _all = []; public int Count() => _all.Count; }
        public class Holding { private readonly Holder _inner = new(); }
        public class Once { private bool _taken; public bool Take() => !_taken && (_taken = true); }
        public class Layers : List<Projection>;
        public class User
        {
            private readonly Model _model = new();
            private readonly Func<int> _count = () => 0;
            public void Direct() => _model.Merge();
            public void Through() => Direct();
            public void InLambda() => new List<int>().ForEach(_ => _model.Merge());
            public void InLocal() { Local(); void Local() => _model.Merge(); }
            public void ByInterface(IExport export) => export.Run();
            public void ByOverride(Step step) => step.Go();
            public void ByInitializer() => _ = new Made();
            public void ByReference() { Action run = Direct; }
            public void ByFunction() => _ = _count();
            public void Recursive(int n) { if (n > 0) Recursive(n - 1); }
            public void Named(Report report) => report.Merge();
            public void OtherInterface(IPlain plain) => plain.Run();
            public void Asks() => _ = _model.LinearLayers.Count;
            public void Clears(Report report) => report.Clear();
            public int Reads(Report report) => report.Length();
            public int Counts(Holder holder) => holder.Count();
        }
        """;

    private static readonly CSharpCompilation s_compilation = Corpus.Compile(
        "User", [("Program.cs", Program), ("Usings.cs", RuleTest<MergeOnceAnalyzer>.Usings)]);

    [Theory]
    [InlineData("Direct", true)]
    [InlineData("Through", true)]
    [InlineData("InLambda", true)]
    [InlineData("InLocal", true)]
    [InlineData("ByInterface", true)]
    [InlineData("ByOverride", true)]
    [InlineData("ByInitializer", true)]
    [InlineData("ByReference", true)]
    [InlineData("ByFunction", true)]
    [InlineData("Recursive", false)]
    [InlineData("Named", false)]
    [InlineData("OtherInterface", false)]
    [InlineData("Asks", false)]
    public void ABodyUsesAnAdapter(string method, bool uses) => Assert.Equal(uses, Reach.UsesAdapter(Method(method), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("Clears", "Text", true)]
    [InlineData("Reads", "Text", false)]
    [InlineData("Counts", "_all", true)]
    [InlineData("Reads", "_all", false)]
    public void ABodyMayChangeAMember(string method, string member, bool may) =>
        Assert.Equal(may, Reach.Names(member, Method(method), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("Model", true)]
    [InlineData("Projection", true)]
    [InlineData("List<Model>", true)]
    [InlineData("Dictionary<string, Model>.ValueCollection.Enumerator", true)]
    [InlineData("Model[]", true)]
    [InlineData("(Model, int)", true)]
    [InlineData("Action", true)]
    [InlineData("object", true)]
    [InlineData("Holding", true)]
    [InlineData("Layers", true)]
    [InlineData("IExport", true)]
    [InlineData("Saving", true)]
    [InlineData("Step", true)]
    [InlineData("Trainer", true)]
    [InlineData("IPlain", false)]
    [InlineData("Plain", false)]
    [InlineData("Report", false)]
    [InlineData("Row", false)]
    [InlineData("Once", false)]
    [InlineData("IEquatable<Row>", false)]
    [InlineData("List<string>", false)]
    [InlineData("Dictionary<string, double>.Enumerator", false)]
    [InlineData("Task<int>", false)]
    [InlineData("System.IO.Stream", false)]
    public void ATypeLeadsToWhatMerges(string type, bool leads) => Assert.Equal(leads, MergeTypes.Of(s_compilation).Leading.Lead(Type(type)));

    [Theory]
    [InlineData("bool", true)]
    [InlineData("int?", true)]
    [InlineData("bool[]", true)]
    [InlineData("HashSet<string>", true)]
    [InlineData("string[]", true)]
    [InlineData("IEnumerator<string>", true)]
    [InlineData("List<string>.Enumerator", true)]
    [InlineData("Span<double>", true)]
    [InlineData("Once", true)]
    [InlineData("Row", true)]
    [InlineData("string", false)]
    [InlineData("double", false)]
    [InlineData("System.IO.Stream", false)]
    [InlineData("(string, double)", false)]
    public void WhatATypeGivesHasToBeKnown(string type, bool has) => Assert.Equal(has, MergeTypes.Of(s_compilation).Leading.Matter(Type(type)));

    [Theory]
    [InlineData("Session", true)]
    [InlineData("Derived", true)]
    [InlineData("Text", false)]
    public void ATypeOfALibraryLeadsToWhatItGives(string type, bool leads)
    {
        const string Library = """
            public class Session { private readonly Linear _layer = null!; public Linear Find(string name) => _layer; }
            public class Derived : Session;
            public class Text { private readonly Linear? _layer; public string Value => "" + (_layer is null); }
            """;
        CSharpCompilation library = Corpus.Compile("Library", [("Library.cs", Library), ("Usings.cs", RuleTest<MergeOnceAnalyzer>.Usings)]);
        using MemoryStream image = new();
        Assert.True(library.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        foreach (MetadataReference reference in (MetadataReference[])[library.ToMetadataReference(), MetadataReference.CreateFromImage(image.ToArray())])
        {
            CSharpCompilation program = Corpus.Compile("User", []).AddReferences(reference);
            Assert.Equal(leads, MergeTypes.Of(program).Leading.Lead(program.GetTypeByMetadataName(type)!));
        }
    }

    private static BodyReach Reach => new(MergeTypes.Of(s_compilation));

    private static IMethodSymbol Method(string name) => s_compilation.GetTypeByMetadataName("User")!.GetMembers(name).OfType<IMethodSymbol>().Single();

    private static ITypeSymbol Type(string name)
    {
        SyntaxTree tree = s_compilation.SyntaxTrees[0];
        return s_compilation.GetSemanticModel(tree).GetSpeculativeTypeInfo(
            tree.GetText(TestContext.Current.CancellationToken).ToString().IndexOf("public void Direct", StringComparison.Ordinal),
            SyntaxFactory.ParseTypeName(name), SpeculativeBindingOption.BindAsTypeOrNamespace).Type!;
    }
}
