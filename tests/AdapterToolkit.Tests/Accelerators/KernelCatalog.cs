using System.Reflection;
using AdapterToolkit.Devices;
using ILGPU;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>Finds every kernel: those of the toolkit's operators, and those that the generator wrote for the layers of an assembly.</summary>
internal static class KernelCatalog
{
    private const string GeneratedNamespace = "AdapterToolkit.Generated.";

    /// <summary>The toolkit, the sample's model, and the layers of these tests.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } = [typeof(ComputeDevice).Assembly, typeof(Projection).Assembly, typeof(KernelCatalog).Assembly];

    /// <summary>All methods marked <see cref="KernelAttribute"/>, a generic one with all types that it is launched with.</summary>
    public static IReadOnlyList<MethodInfo> Kernels { get; } = [.. Assemblies.SelectMany(assembly => LaunchedKernels.Of(assembly).Kernels)];

    /// <summary>The generated methods that are launched.</summary>
    public static IReadOnlyList<MethodInfo> LaunchedGeneratedMethods { get; } =
    [
        .. Assemblies.SelectMany(assembly => LaunchedKernels.Of(assembly).Delegates)
            .Where(method => IsGenerated(method.DeclaringType!) && TakesViews(method)),
    ];

    /// <summary>The generated methods marked <see cref="KernelAttribute"/>, as they are declared.</summary>
    public static IReadOnlyList<MethodInfo> DeclaredGeneratedKernels { get; } =
    [
        .. Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(IsGenerated)
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsDefined(typeof(KernelAttribute))),
    ];

    /// <summary>A kernel's name with its assembly's, class's and method's, and those of the types that it is launched with.</summary>
    public static string NameOf(MethodInfo kernel) => $"{kernel.Module.Assembly.GetName().Name}.{NameInAssembly(kernel)}";

    /// <summary>A kernel's name without its assembly's.</summary>
    public static string NameInAssembly(MethodInfo kernel) =>
        string.Join('.', (string[])[kernel.DeclaringType!.Name, kernel.Name, .. kernel.GetGenericArguments().SelectMany(NamesOf).Distinct()]);

    private static IEnumerable<string> NamesOf(Type type) => [type.Name.Split('`')[0], .. type.GetGenericArguments().SelectMany(NamesOf)];

    private static bool IsGenerated(Type type) => type.Namespace?.StartsWith(GeneratedNamespace, StringComparison.Ordinal) == true;

    /// <summary>Whether a method takes device memory, as kernels do.</summary>
    private static bool TakesViews(MethodInfo method) => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(ArrayView<float>));
}
