using System.Reflection;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using ILGPU;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>
/// ILGPU's types stand in no signature that a program sees, but at the door for kernels of one's own and in what emitted code calls. Emitted kernels are public
/// where their layer is declared, since ILGPU's launchers need access to them.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private const string CompilerServices = "AdapterToolkit.CompilerServices";

    [Fact]
    public void Only_the_door_has_types_of_ILGPU()
    {
        string[] found =
        [
            .. typeof(ComputeDevice).Assembly.GetExportedTypes()
                .Where(type => type.Namespace != CompilerServices && !IsEmitted(type) && OutermostOf(type) != typeof(CustomKernels))
                .SelectMany(Uses),
        ];
        Assert.True(found.Length == 0, $"{found.Length} public members have ILGPU's types:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void The_door_is_seen_to_have_them()
    {
        string[] found = [.. Uses(typeof(CustomKernels))];
        Assert.Contains(found, use => use.Contains("Launch", StringComparison.Ordinal));
        Assert.Contains(found, use => use.Contains("ViewOf", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Uses(Type type)
    {
        IEnumerable<Type> bases = type.GetInterfaces().Append(type.BaseType ?? typeof(object));
        if (bases.Any(IsForeign))
            yield return type.FullName!;
        foreach (MemberInfo member in type.GetMembers(Declared).Where(IsVisible))
        {
            if (TypesOf(member).Any(IsForeign))
                yield return $"{type.FullName}.{member.Name}";
        }
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo added => IsVisible(added.GetAddMethod(nonPublic: true)!),
        _ => false,
    };

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        MethodInfo method =>
            [method.ReturnType, .. ParametersOf(method), .. method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints())],
        ConstructorInfo constructor => ParametersOf(constructor),
        PropertyInfo property => [property.PropertyType],
        EventInfo added => [added.EventHandlerType!],
        _ => [],
    };

    private static IEnumerable<Type> ParametersOf(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType);

    private static bool IsForeign(Type type) =>
        type.HasElementType ? IsForeign(type.GetElementType()!)
        : type.IsGenericParameter ? false
        : type.Assembly == typeof(ArrayView<>).Assembly || type.GetGenericArguments().Any(IsForeign);

    private static bool IsEmitted(Type type) => OutermostOf(type).IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute));

    private static Type OutermostOf(Type type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type;
}
