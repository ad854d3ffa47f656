using System.ComponentModel;
using AdapterToolkit.Devices;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>What a program sees of the toolkit's types: names that no other library's types beside it have, and nothing that only emitted code needs.</summary>
public sealed class PublicNamesTests
{
    private static readonly string[] s_emittedCodeCalls = ["AdapterToolkit.CompilerServices", "AdapterToolkit.Kernels"];

    /// <summary>What kernels and operators are handed besides: weights and adapters make it, which stand apart from what emitted code calls.</summary>
    private static readonly string[] s_handed =
    [
        "AdapterToolkit.Operators.AttentionPrefix", "AdapterToolkit.Weights.LowRankPlacement", "AdapterToolkit.Weights.LowRankTerms",
        "AdapterToolkit.Weights.PackedWeight",
    ];

    private static IEnumerable<Type> Types => typeof(ComputeDevice).Assembly.GetExportedTypes().Where(type => !type.IsNested);

    public static TheoryData<string> OtherLibraries =>
    [
        typeof(ILGPU.Context).Assembly.GetName().Name!,
        typeof(Microsoft.ML.Tokenizers.Tokenizer).Assembly.GetName().Name!,
        typeof(Microsoft.Extensions.AI.IChatClient).Assembly.GetName().Name!,
    ];

    /// <summary>A program that has both namespaces in its usings can name each type. ILGPU.IR is the compiler inside ILGPU, which no program uses.</summary>
    [Theory]
    [MemberData(nameof(OtherLibraries))]
    public void No_type_has_the_name_of_another_library_s(string library)
    {
        HashSet<string> others =
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == library).GetExportedTypes()
                .Where(type => !type.IsNested && type.Namespace?.StartsWith("ILGPU.IR", StringComparison.Ordinal) != true)
                .Select(type => type.Name),
        ];

        Assert.Equal([], Types.Where(type => others.Contains(type.Name)).Select(type => type.FullName!));
    }

    [Fact]
    public void Types_that_only_emitted_code_calls_are_hidden_and_others_are_not()
    {
        foreach (Type type in Types.Where(type => !type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false)))
        {
            bool hidden = type.GetCustomAttributes(typeof(EditorBrowsableAttribute), inherit: false)
                .Any(attribute => ((EditorBrowsableAttribute)attribute).State == EditorBrowsableState.Never);
            Assert.True(
                hidden == (s_emittedCodeCalls.Contains(type.Namespace) || s_handed.Contains(type.FullName)),
                $"{type.FullName} is {(hidden ? "" : "not ")}hidden.");
        }
    }
}
