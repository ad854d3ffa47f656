using System.Reflection;
using AdapterToolkit.Devices;
using ILGPU;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>Finds every kernel: those of the toolkit's operators, and those that the generator wrote for the layers of an assembly.</summary>
internal static class KernelCatalog
{
    private const string GeneratedNamespace = "AdapterToolkit.Generated.";

    /// <summary>The toolkit, the sample's model, and the layers of these tests.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } = [typeof(Device).Assembly, typeof(Llama.Projection).Assembly, typeof(KernelCatalog).Assembly];

    /// <summary>All methods marked <see cref="KernelAttribute"/>.</summary>
    public static IReadOnlyList<MethodInfo> Kernels { get; } =
        [.. Assemblies.SelectMany(assembly => assembly.GetTypes()).SelectMany(Methods).Where(method => method.IsDefined(typeof(KernelAttribute)))];

    /// <summary>The classes that the generator wrote to hold kernels.</summary>
    public static IReadOnlyList<Type> GeneratedClasses { get; } =
    [
        .. Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith(GeneratedNamespace, StringComparison.Ordinal) == true && Methods(type).Any(TakesViews)),
    ];

    /// <summary>The static methods that a type declares.</summary>
    public static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

    /// <summary>A kernel's name with its assembly's, class's and method's.</summary>
    public static string NameOf(MethodInfo kernel) => $"{kernel.Module.Assembly.GetName().Name}.{kernel.DeclaringType!.Name}.{kernel.Name}";

    /// <summary>Whether a method takes device memory, as kernels do.</summary>
    public static bool TakesViews(MethodInfo method) => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(ArrayView<float>));
}
