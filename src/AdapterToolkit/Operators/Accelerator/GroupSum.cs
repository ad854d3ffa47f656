using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>The sum of one number of every thread of a group, added up by one thread so that the order is fixed.</summary>
internal static class GroupSum
{
    /// <summary>The most threads that a group may have.</summary>
    public const int MaximumThreads = 256;

    /// <summary>The sum. All threads of the group call it.</summary>
    /// <param name="partial">Room in shared memory for one number of each thread.</param>
    /// <param name="value">This thread's number.</param>
    public static float Of(ArrayView<float> partial, float value)
    {
        partial[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            float sum = 0;
            for (int i = 0; i < Group.DimX; i++)
                sum += partial[i];
            partial[0] = sum;
        }

        Group.Barrier();
        return partial[0];
    }
}
